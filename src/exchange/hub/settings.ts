/** The hub's settings, by the environment variables of its own client (huggingface_hub). */

import { homedir } from 'node:os'
import { join } from 'node:path'
import { readRegularFile } from '../../platform/regularFile.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface HubSettings {
  /** Without a slash at the end: `https://huggingface.co`. */
  readonly endpoint: string
  readonly token: string | undefined
  /** The folder with a folder for each repository. */
  readonly cache: string
  readonly offline: boolean
}

export async function hubSettings(environment: Environment = process.env): Promise<HubSettings> {
  const { HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, XDG_CACHE_HOME, HF_HUB_OFFLINE } = environment
  const home = expand(HF_HOME) ?? join(expand(XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'huggingface')
  return {
    endpoint: (given(HF_ENDPOINT) ?? 'https://huggingface.co').replace(/\/+$/, ''),
    token: await tokenOf(environment, home),
    cache: expand(HF_HUB_CACHE) ?? expand(HUGGINGFACE_HUB_CACHE) ?? join(home, 'hub'),
    offline: isOn(HF_HUB_OFFLINE) || isOn(environment.TRANSFORMERS_OFFLINE),
  }
}

/** `HF_TOKEN`, or the file in which `hf auth login` keeps it. */
async function tokenOf(environment: Environment, home: string): Promise<string | undefined> {
  if (isOn(environment.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined
  const token = given(environment.HF_TOKEN) ?? given(environment.HUGGING_FACE_HUB_TOKEN)
  if (token !== undefined) return clean(token)
  const bytes = await readRegularFile(expand(environment.HF_TOKEN_PATH) ?? join(home, 'token'), 4096).catch(
    () => undefined,
  )
  return bytes && clean(new TextDecoder().decode(bytes))
}

/** A header can hold nothing else; a line break at the end is common. */
function clean(token: string): string | undefined {
  const text = token.trim()
  return /^[\x21-\x7e]+$/.test(text) ? text : undefined
}

const given = (value: string | undefined) => (value === undefined || value.trim() === '' ? undefined : value.trim())
const isOn = (value = '') => ['1', 'ON', 'YES', 'TRUE'].includes(value.toUpperCase())

function expand(path: string | undefined): string | undefined {
  return given(path)?.replace(/^~(?=$|[/\\])/, homedir())
}
