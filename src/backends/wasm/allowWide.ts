/** Whether this process allows the wide kernels: a file of its own, so that importing it loads no kernels. */

let allowed = false

/**
 * Lets all models that this process makes from now on use the wide kernels where they pass their check, at up to twice the
 * speed and with the same bits. They need an experimental flag of V8, set for the whole process, which other WebAssembly
 * in it meets, too; therefore a program has to ask for it (the command line does). In a page nothing changes.
 */
export function allowWide(): void {
  allowed = true
}

export function isWideAllowed(): boolean {
  return allowed
}
