/** The server of the benchmark, in a process of its own: the real rooms over a journal in memory. Reports its use of the processor. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import * as Y from 'yjs'
import { openCollab, type Journal, type StoredDocument } from '#collab/index.ts'

/** Sent to the parent on request: what was used since the last. */
export interface Usage {
  readonly cpuMs: number
  /** 99th percentile of the delay of the event loop. */
  readonly delayMs: number
  readonly memoryBytes: number
}

/** Keeps what it is given, after a moment as a database takes. */
function makeJournal(initial: Uint8Array): Journal {
  const documents = new Map<string, StoredDocument>()
  let seq = 0
  return {
    load: async (workspace, document) => documents.get(`${workspace}/${document}`) ?? null,
    create: async (workspace, document) => {
      documents.set(`${workspace}/${document}`, { epoch: 'e1', state: initial, updates: [], seq: 0 })
      return 'e1'
    },
    append: async (entries) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return entries.map(() => ++seq)
    },
    compact: async () => undefined,
  }
}

/** A workspace in use: this many pieces of evidence. */
function makeState(values: number): Uint8Array {
  const doc = new Y.Doc()
  doc.transact(() => {
    for (let i = 0; i < values; i++) {
      doc
        .getMap('evidence')
        .set(`e${i}`, { note: 'n1', quote: 'the head copies the name', value: i / 7, unit: 'nats', at: i })
    }
  })
  return Y.encodeStateAsUpdate(doc)
}

const collab = openCollab({
  journal: makeJournal(makeState(Number(process.argv[2] ?? 0))),
  doorkeeper: {
    admits: () => true,
    identify: async (headers) => {
      const id = headers.cookie ?? 'nobody'
      return { person: { id, name: id, colour: 1, dash: 1 }, role: 'editor' }
    },
  },
  events: { since: async () => [], latest: async () => 0 },
  now: () => Date.now(),
  random: () => Math.random(),
  log: (line) => console.error(line),
})
const server = createServer()
collab.attach(server)
await collab.createShared('bench')
const delays = monitorEventLoopDelay({ resolution: 5 })
delays.enable()
let before = process.cpuUsage()
process.on('message', () => {
  const { user, system } = process.cpuUsage(before)
  before = process.cpuUsage()
  const usage: Usage = {
    cpuMs: (user + system) / 1000,
    delayMs: delays.percentile(99) / 1e6,
    memoryBytes: process.memoryUsage().rss,
  }
  delays.reset()
  process.send?.(usage)
})
process.on('disconnect', () => process.exit(0))
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port)) // It listens on a port.
