/**
 * The embedded database in a thread of its own, so that a slow query never stalls the server. It speaks PostgreSQL's wire
 * protocol: bytes in, bytes out. Plain JavaScript, because no loader for TypeScript reaches into worker threads.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'

if (parentPort === null) throw new Error('internal: this file is started as a worker thread')
const port = parentPort
const database = await PGlite.create(workerData.directory)
port.postMessage('ready')

// One message at a time: the database has one session, and an answer belongs to the message before it.
let last = Promise.resolve()
port.on('message', (/** @type {Uint8Array | 'close'} */ message) => {
  last = last.then(() => (message === 'close' ? close() : answer(message)))
})

/** @param {Uint8Array} message */
async function answer(message) {
  const bytes = await database.execProtocolRaw(message, { syncToFs: false })
  port.postMessage(bytes)
}

async function close() {
  await database.close()
  port.postMessage('closed')
  port.close()
}
