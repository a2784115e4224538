// Applies updates that nobody has vouched for where it can be stopped, and times the last: integrating one may take time that grows
// with the square of its parts. Plain JavaScript, because a thread does not inherit the loader of TypeScript.
import { parentPort, workerData } from 'node:worker_threads'
import * as Y from 'yjs'

const doc = new Y.Doc()
let failure = null
let start = performance.now()
try {
  for (const part of workerData) {
    start = performance.now()
    Y.applyUpdate(doc, part)
  }
  const { pendingStructs, pendingDs } = doc.store
  if (pendingStructs !== null || pendingDs !== null) failure = 'parts of its history are missing'
} catch (error) {
  failure = String(error)
}
parentPort?.postMessage({ failure, milliseconds: performance.now() - start })
