/** The engine's side: answers requests one after the other; of requests for designs only the newest matters. */

import type { Reply, Request } from '../messages.ts'
import { designOf, trainingOf } from './design.ts'
import { faultOf } from './fault.ts'

const scope = self as unknown as {
  postMessage(message: Reply): void
  onmessage: (event: MessageEvent<Request>) => void
}
let newest = 0

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case 'design': {
      newest = Math.max(newest, data.id)
      // Behind what has already arrived, so that a fast typist's last text is the one that is planned.
      setTimeout(() => {
        if (data.id !== newest) return
        try {
          const { network, facts } = designOf(data.text)
          scope.postMessage({ kind: 'design', id: data.id, text: data.text, ...facts })
          setTimeout(() => {
            if (data.id !== newest) return
            try {
              scope.postMessage({ kind: 'training', id: data.id, ...trainingOf(network, data) })
            } catch (error) {
              scope.postMessage({ kind: 'fault', id: data.id, fault: faultOf(error, data.text) })
            }
          })
        } catch (error) {
          scope.postMessage({ kind: 'fault', id: data.id, fault: faultOf(error, data.text) })
        }
      })
      return
    }
    default:
      data.kind satisfies never
  }
}
