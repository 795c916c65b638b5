/** The names of a repository's files, from the hub's API. */

import { parseJson } from '../../core/json.ts'
import { fieldsOf } from './config.ts'
import { HubError } from './errors.ts'
import type { HubFetch } from './fetchFile.ts'
import { askJson } from './request.ts'
import { type HubSpec, printSpec } from './spec.ts'

/** Empty where the hub cannot be reached. @throws {HubError} it refuses, or its answer cannot be read */
export async function listHubFiles(spec: HubSpec, fetching: HubFetch): Promise<readonly string[]> {
  const { settings } = fetching
  if (settings.offline) return []
  const text = await askJson(
    `api/models/${spec.owner}/${spec.name}/revision/${encodeURIComponent(spec.revision)}`,
    spec,
    fetching,
  )
  try {
    const siblings = fieldsOf(parseJson(text))?.siblings
    if (!Array.isArray(siblings)) throw new TypeError('no siblings')
    return siblings.flatMap((each) => {
      const name = fieldsOf(each)?.rfilename
      return typeof name === 'string' ? [name] : []
    })
  } catch (cause) {
    throw new HubError(`${printSpec(spec)}: the list of files cannot be read`, {
      received: JSON.stringify(text.slice(0, 80)),
      expected: '{ siblings: [{ rfilename }] }',
      cause,
    })
  }
}
