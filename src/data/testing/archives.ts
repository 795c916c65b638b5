// Archives and folders for tests.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { onTestFinished } from 'vitest'

/** A folder that is gone when the test is. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lenslet-data-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a .tar.gz; names are taken as they are, also those that an honest archive would not hold. */
export async function writeTarGz(
  file: string,
  entries: Readonly<Record<string, Uint8Array | string>>,
): Promise<Buffer> {
  const archive = pack()
  for (const [name, contents] of Object.entries(entries)) archive.entry({ name }, Buffer.from(contents))
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive.pipe(createGzip({ level: 1 }))) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  await writeFile(file, bytes)
  return bytes
}

/** The archive with a right checksum in the header at `at`, whatever was changed in it. */
export function withChecksum(tar: Uint8Array, at = 0): Uint8Array {
  const header = tar.subarray(at, at + 512)
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  return tar
}
