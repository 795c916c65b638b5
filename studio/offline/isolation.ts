/** Answers that isolate the page: https://web.dev/articles/coop-coep */

const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** The same answer with the headers that its host did not send. */
export function isolated(response: Response): Response {
  const { status, statusText, body } = response
  // An answer from another origin, or a failure: nothing of it may be changed.
  if (status === 0) return response
  const all = new Headers(response.headers)
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  return new Response(body, { status, statusText, headers: all })
}
