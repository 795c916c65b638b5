/** Fetches a picture from an address, with limits: a server can send nothing, or never stop. */

import { printable } from '../core/text.ts'
import { PictureError } from './errors.ts'
import { pictureByteLimit } from './source.ts'

/** Milliseconds without data after which a connection is given up. */
const silence = 30_000

/** @throws {PictureError} no answer, another status than 200, too large, or a connection that falls silent */
export async function fetchPicture(
  url: string,
  { silenceMs = silence, limit = pictureByteLimit } = {},
): Promise<Uint8Array> {
  const name = printable(url.length > 100 ? `${url.slice(0, 100)}…` : url)
  const controller = new AbortController()
  const silent = () => new PictureError(name, `no data arrived for ${silenceMs / 1000} s`, 'try again later')
  let alarm = setTimeout(() => controller.abort(silent()), silenceMs)
  const heard = () => {
    clearTimeout(alarm)
    alarm = setTimeout(() => controller.abort(silent()), silenceMs)
  }
  const failed = (cause: unknown): PictureError =>
    cause instanceof PictureError
      ? cause
      : new PictureError(
          name,
          printable(String(cause)),
          'check the address, and that its server allows this page (CORS)',
          cause,
        )
  try {
    const response = await fetch(url, { signal: controller.signal })
    if (!response.ok) throw new PictureError(name, `HTTP status ${response.status}`, 'check the address')
    const reader = response.body?.getReader()
    const chunks: Uint8Array[] = []
    let length = 0
    for (let step = await reader?.read(); step?.done === false; step = await reader?.read()) {
      heard()
      chunks.push(step.value)
      length += step.value.length
      if (length > limit) throw new PictureError(name, `more than ${limit} bytes`, 'use a smaller image')
    }
    return joined(chunks, length)
  } catch (cause) {
    throw failed(cause)
  } finally {
    clearTimeout(alarm)
    // Ends the connection if it is still open.
    controller.abort()
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
