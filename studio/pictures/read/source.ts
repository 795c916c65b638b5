/** Where an image comes from that was not read yet: a file, or an entry of an archive. */

export interface Source {
  /** A Blob is read by the decoder itself. Throws `BrokenImageError`. */
  open(): Blob | Promise<ArrayBuffer>
}

export function blobSource(blob: Blob): Source {
  return { open: () => blob }
}
