/** The engine's side: takes each question to the panel that answers it. Panels are loaded when they are first asked. */

import type { Answer, CallKind, Fault, Prefix, Reply, Request } from '../messages.ts'
import { type EngineContext, type Handlers, Moved } from './context.ts'
import { faultOf } from './fault.ts'
import { Session } from './session.ts'
import { nextTurn } from './turn.ts'

const scope = self as unknown as {
  postMessage(message: Reply, transfer?: Transferable[]): void
  onmessage: (event: MessageEvent<Request>) => void
}

/** One line a panel. */
const panels: { readonly [P in Prefix]: () => Promise<{ readonly handlers: object }> } = {
  design: () => import('../design/engine.ts'),
  pictures: () => import('../pictures/engine.ts'),
  pretrained: () => import('../pretrained/engine.ts'),
  train: () => import('../train/engine.ts'),
  try: () => import('../try/engine.ts'),
  take: () => import('../take/engine.ts'),
  runs: () => import('../runs/engine.ts'),
  look: () => import('../look/engine.ts'),
}

const context: EngineContext = {
  session: new Session(),
  tell: (kind, event, transfer) => scope.postMessage({ says: 'event', kind, event } as Reply, transfer ?? []),
}

const newest = new Map<CallKind, number>()

scope.onmessage = async ({ data }) => {
  const { kind, id, latest } = data
  if (latest) newest.set(kind, id)
  // Behind what has already arrived, so that a fast typist's last text is the one that is planned.
  await nextTurn()
  if (latest && newest.get(kind) !== id) {
    scope.postMessage({ to: id, says: 'passed over' })
    return
  }
  try {
    const answer = await answerTo(data)
    if (answer instanceof Moved) scope.postMessage({ to: id, says: 'answer', answer: answer.answer }, answer.transfer)
    else scope.postMessage({ to: id, says: 'answer', answer })
  } catch (error) {
    scope.postMessage({ to: id, says: 'fault', fault: said(error, data.ask) })
  }
}

async function answerTo({ kind, ask }: Request): Promise<Answer<CallKind> | Moved<Answer<CallKind>>> {
  const prefix = kind.slice(0, kind.indexOf('.')) as Prefix
  const { handlers } = (await panels[prefix]()) as {
    handlers: Handlers<Record<CallKind, { ask: unknown; answer: Answer<CallKind> }>>
  }
  return handlers[kind](ask, context)
}

/** Whoever asked hears of a fault of ours, too; and it is in the console, with its stack. */
function said(error: unknown, ask: object): Fault {
  try {
    return faultOf(error, 'text' in ask ? (ask.text as string) : '')
  } catch (ours) {
    console.error(ours)
    return { message: `The engine failed: ${ours instanceof Error ? ours.message : String(ours)}` }
  }
}
