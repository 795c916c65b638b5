/** Answers questions about a text. Both are asked with `latest`: only the newest text matters. */

import { parse } from 'lenslet/notation'
import type { Handlers } from '../engine/context.ts'
import { designOf, planOf } from './facts.ts'
import type { DesignCalls } from './messages.ts'

export const handlers: Handlers<DesignCalls> = {
  'design.facts': ({ text }) => ({ text, ...designOf(text).facts }),
  'design.plan': (question) => planOf(parse(question.text), question),
}
