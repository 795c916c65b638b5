/** `lenslet look <model> [image]`: what a network sees, in words, as files and as one page. */

import { createHash } from 'node:crypto'
import { basename, extname, join } from 'node:path'
import type { Command, Option } from 'commander'
import { platform } from '#platform'
import { printVolume } from '../core/shapes.ts'
import { closest } from '../core/suggest.ts'
import { printable } from '../core/text.ts'
import { decodePicture } from '../data/node/decode.ts'
import { makeFolder } from '../data/node/files.ts'
import { checkPictureSize } from '../data/resize.ts'
import { pictureOf } from '../inspect/picture.ts'
import { section } from '../inspect/report/html.ts'
import { pageHtml } from '../inspect/report/page.ts'
import { normalizePictures } from '../model/classify.ts'
import type { Model } from '../model/model.ts'
import { readCall, UsageError } from './errors.ts'
import type { Findings, LookedImage, LookSection, Subject } from './lookSection.ts'
import { lookSections } from './lookSections.ts'
import { modelHelp, openModel } from './model.ts'
import { readStandardInput, standardInput } from './pictureFiles.ts'
import { addPreprocessOptions, type PreprocessCall, withPreprocessing } from './preprocess.ts'
import { Terminal } from './terminal.ts'
import { threadCount } from './threadCount.ts'

interface LookCall extends PreprocessCall {
  readonly show?: readonly LookSection[]
  readonly out?: string
  readonly threads?: number
  readonly json?: boolean
}

export function define(command: Command): void {
  command
    .argument('<model>', modelHelp)
    .argument('[image]', 'PNG, JPEG, WebP, GIF, TIFF or AVIF; - for standard input')
    .option(
      '--show <list>',
      `sections: ${lookSections.map(({ name }) => name).join(', ')}; default: ${usual()}`,
      sections,
    )
    .option('--out <folder>', 'where the page and its files go; default: looks/<image>-<model>')
    .option('--threads <n>', 'workers', threadCount)
    .option('--json', 'one JSON object on stdout')
  for (const each of lookSections) each.define?.(grouped(command, each))
  addPreprocessOptions(command)
  command.addHelpText('after', help())
  command.action(run)
}

const usual = () =>
  lookSections
    .filter(({ isDefault }) => isDefault)
    .map(({ name }) => name)
    .join(',')

/** A section's options are listed under its name. */
function grouped(command: Command, { name }: LookSection): Command {
  return Object.assign(Object.create(command) as Command, {
    addOption: (option: Option) => command.addOption(option.helpGroup(`Section ${name}`)),
  })
}

function help(): string {
  const widest = Math.max(...lookSections.map(({ name }) => name.length))
  const lines = lookSections.map(({ name, says }) => `  ${name.padEnd(widest)}  ${says}`)
  return `
Sections:
${lines.join('\n')}

Examples:
  lenslet look squeezenet1.1.onnx owl.jpg
  lenslet look photos.lenslet cat.jpg --maps gradCam,occlusion --target tabby
  lenslet look photos.lenslet cat.jpg --json > cat.json`
}

function sections(text: string): readonly LookSection[] {
  const names = lookSections.map(({ name }) => name)
  return text.split(',').map((word) => {
    const found = lookSections.find(({ name }) => name === word.trim())
    if (found !== undefined) return found
    const near = closest(word.trim().toLowerCase(), names)
    throw new UsageError('the value of --show is invalid', {
      received: text,
      expected: `some of ${names.join(', ')}, with commas between them`,
      ...(near === undefined ? {} : { advice: `did you mean ${near}?` }),
    })
  })
}

async function run(path: string, file: string | undefined, call: LookCall): Promise<void> {
  const terminal = new Terminal(call.json === true)
  const chosen =
    call.show ?? lookSections.filter(({ isDefault, ofImage }) => isDefault && (!ofImage || file !== undefined))
  checkImage(chosen, file)
  await using model = await openModel(path, { threads: call.threads })
  model.info = await readCall(() => withPreprocessing(model, call))
  const image = file === undefined ? undefined : await readImage(model, file)
  const subject: Subject = { model, name: path, ...(image && { image }), terminal, progress: progressOn(terminal) }
  const found: (readonly [LookSection, Findings])[] = []
  for (const each of chosen) {
    const findings = await each.look(subject, call, call.show !== undefined)
    if (findings !== undefined) found.push([each, findings])
  }
  const folder = call.out ?? join('looks', nameOf(file, path))
  const page = await write(folder, titleOf(subject), subject, found)
  terminal.result({ model: path, ...(file !== undefined && { image: file }), page, ...jsonOf(found) }, () =>
    [...found.map(([, { text }]) => text), printable(page)].join('\n\n'),
  )
}

/** Throws `UsageError`. */
function checkImage(chosen: readonly LookSection[], file: string | undefined): void {
  const missing = chosen.find(({ ofImage }) => ofImage)
  if (file !== undefined || (missing === undefined && chosen.length > 0)) return
  throw new UsageError('there is no image to look at', {
    received: missing === undefined ? 'a model alone' : `the section ${missing.name}, which is of an image`,
    expected: 'lenslet look <model> <image>',
  })
}

async function readImage(model: Model, file: string): Promise<LookedImage> {
  const { input } = model
  checkPictureSize(input)
  const source = file === standardInput ? await readStandardInput() : file
  const { pixels } = await decodePicture(source, { ...input, preprocessing: model.info.preprocessing })
  const { height, width, channels } = input
  return {
    file,
    bytes: pixels,
    values: normalizePictures(model, [pixels]),
    picture: pictureOf({ images: pixels, height, width, channels }, 0),
  }
}

function progressOn(terminal: Terminal): Subject['progress'] {
  const started = performance.now()
  let next = started + 2000
  return (what, done, all) => {
    const now = performance.now()
    if (done >= all) terminal.live && terminal.status('')
    if (done >= all || now < next) return
    next = now + (terminal.live ? 200 : 2000)
    terminal.status(`${what}: ${done} of ${all}`)
  }
}

/** `owl-squeezenet1.1` */
function nameOf(file: string | undefined, model: string): string {
  const stem = (path: string) => basename(path, extname(path)).replace(/[^\p{L}\p{N}._-]+/gu, '-') || 'model'
  if (file === undefined) return stem(model)
  return `${file === standardInput ? 'image' : stem(file)}-${stem(model)}`
}

const titleOf = ({ image, name }: Subject) =>
  image === undefined ? basename(name) : `${basename(image.file)}, seen by ${basename(name)}`

/** The page and its files; the path of the page. */
async function write(
  folder: string,
  title: string,
  { model }: Subject,
  found: readonly (readonly [LookSection, Findings])[],
): Promise<string> {
  const scripts = found.flatMap(([, { script }]) => (script === undefined ? [] : [script]))
  const html = pageHtml({
    title,
    subtitle: `input ${printVolume(model.input)}, output ${printVolume(model.output)}`,
    figures: [],
    sections: found.map(([, findings]) => section(findings.title, findings.html)),
    scripts: [...new Set(scripts)].map((text) => ({
      text,
      hash: `sha256-${createHash('sha256').update(text).digest('base64')}`,
    })),
  })
  await makeFolder(folder)
  for (const { name, bytes } of found.flatMap(([, { files }]) => files))
    await platform.writeFileAtomic(join(folder, name), bytes)
  const page = join(folder, 'index.html')
  await platform.writeFileAtomic(page, new TextEncoder().encode(html))
  return page
}

function jsonOf(found: readonly (readonly [LookSection, Findings])[]): Record<string, unknown> {
  return Object.fromEntries(
    found.map(([{ name }, { json, files }]) => [name, { ...(json as object), files: files.map((file) => file.name) }]),
  )
}
