/** Tasks in fresh processes, and the files that they read. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Model } from 'lenslet'
import { onnxModel } from '../onnx/model.ts'
import { subjectOf } from '../values.ts'
import type { Answer, Runner, Task } from './task.ts'

/**
 * The program without its types, where it finds the packages: Node's own removal of types takes a hundred megabytes, which
 * would be in every figure.
 */
const program = join(import.meta.dirname, '../node_modules/.lenslet-task.mjs')

let written = false

export async function run(task: Task): Promise<Answer> {
  if (!written) {
    const source = await readFile(join(import.meta.dirname, 'task.ts'), 'utf8')
    await writeFile(program, stripTypeScriptTypes(source))
    written = true
  }
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(task)], { timeout: 120_000 })
  return JSON.parse(stdout) as Answer
}

/** A network with the benchmark's weights as the file that each runner reads; gone when the work is done. */
export async function withFiles<T>(name: string, work: (fileOf: (runner: Runner) => string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lenslet-bench-'))
  try {
    const subject = subjectOf(name)
    await using model = await Model.create(subject.network, { batch: 1, threads: 1, initial: 'zeros' })
    for (const [full, { values }] of subject.weights) model.weights.set(full, values)
    const [own, other] = [join(folder, 'model.lenslet'), join(folder, 'model.onnx')]
    await model.save(own)
    await writeFile(other, onnxModel(subject, 1))
    return await work((runner) => (runner.startsWith('lenslet') ? own : other))
  } finally {
    await rm(folder, { recursive: true })
  }
}
