/** The folder for downloaded data sets: the cache folder of the operating system. */
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * `$XDG_CACHE_HOME/lenslet` where that is set (on every system, so that a person can move it), else `~/.cache/lenslet`,
 * `~/Library/Caches/lenslet` or `%LOCALAPPDATA%\lenslet`. The XDG specification says to ignore relative paths.
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  system: string = process.platform,
): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = environment
  if (XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'lenslet')
  if (system === 'darwin') return join(homedir(), 'Library', 'Caches', 'lenslet')
  if (system === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'lenslet')
  return join(homedir(), '.cache', 'lenslet')
}
