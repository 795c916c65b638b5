/** `~` at the beginning of a path. A shell expands it, but not after a colon as in `images:~/photos`. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The path with the home folder in place of `~`, unless a file or a folder of that very name exists. */
export function expandHome(path: string, home = homedir()): string {
  if (!/^~(?=$|[/\\])/.test(path) || existsSync(path)) return path
  return join(home, path.slice(1))
}
