/** Makes a failing trial smaller while it fails: without an item, with one branch of a join, with smaller numbers. */

import { LensletError } from '../../src/core/errors.ts'
import { checkTrial, type Outcome } from './check.ts'
import { type Chain, type Join, type Tree, textOf } from './networks.ts'
import { type DrawnTrial, type Trial, worksOut } from './trials.ts'

/** What a trial finds, or its error. */
export async function attempt(trial: Trial): Promise<Outcome | Error> {
  try {
    return await checkTrial(trial)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Tries at most `tries` smaller ones. */
export async function shrink(failing: DrawnTrial, tries = 400): Promise<Trial> {
  let { trial, tree } = failing
  for (let left = tries; left > 0; ) {
    let found = false
    for (const smaller of smallerThan({ trial, tree })) {
      if (!isValid(smaller.trial)) continue
      if (left-- <= 0) break
      if (!((await attempt(smaller.trial)) instanceof Error)) continue
      ;({ trial, tree } = smaller)
      found = true
      break
    }
    if (!found) break
  }
  return trial
}

function isValid(trial: Trial): boolean {
  try {
    return worksOut(trial)
  } catch (error) {
    if (error instanceof LensletError) return false
    throw error
  }
}

function* smallerThan({ trial, tree }: DrawnTrial): Generator<DrawnTrial> {
  for (const smaller of smallerTrees(tree)) yield { trial: { ...trial, text: textOf(smaller) }, tree: smaller }
  for (const batch of smallerNumbers(trial.batch)) yield { trial: { ...trial, batch }, tree }
  if (trial.threads > 1) yield { trial: { ...trial, threads: 1 }, tree }
  if (trial.twin !== trial.variant) yield { trial: { ...trial, twin: trial.variant }, tree }
}

function* smallerTrees({ input, chain }: Tree): Generator<Tree> {
  for (const smaller of smallerChains(chain)) yield { input, chain: smaller }
  for (const axis of ['height', 'width', 'channels'] as const)
    for (const length of smallerNumbers(input[axis])) yield { input: { ...input, [axis]: length }, chain }
}

function* smallerChains(chain: Chain): Generator<Chain> {
  for (const [index, item] of chain.entries()) {
    const others = (items: Chain): Chain => [...chain.slice(0, index), ...items, ...chain.slice(index + 1)]
    yield others([])
    if (typeof item === 'string') for (const word of smallerWords(item)) yield others([word])
    else {
      for (const branch of item.branches) yield others(branch)
      for (const join of smallerJoins(item)) yield others([join])
    }
  }
}

function* smallerJoins({ join, branches }: Join): Generator<Join> {
  for (const index of branches.keys()) {
    if (branches.length > 2) yield { join, branches: branches.toSpliced(index, 1) }
    for (const branch of smallerChains(branches[index] ?? [])) yield { join, branches: branches.with(index, branch) }
  }
}

/** Without an option, or with one of its numbers smaller. */
function* smallerWords(word: string): Generator<string> {
  const parts = word.split(' ')
  for (let index = 1; index < parts.length; index++) yield parts.toSpliced(index, 1).join(' ')
  for (const { index, 0: digits } of word.matchAll(/(?<![.\d])\d+(?![.\d])/g))
    for (const number of smallerNumbers(Number(digits)))
      yield word.slice(0, index) + number + word.slice(index + digits.length)
}

function smallerNumbers(number: number): readonly number[] {
  return [...new Set([1, Math.ceil(number / 2), number - 8, number - 1])].filter((each) => each >= 1 && each < number)
}
