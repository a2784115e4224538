/**
 * How long an edit and a movement take to reach everybody, and what they cost the server. The clients are in this process, so that
 * one clock measures both ends; they keep no document of their own beyond what they write.
 *
 *   npm run bench -- collab [--seconds 10]
 */
import { fork, type ChildProcess } from 'node:child_process'
import { parseArgs } from 'node:util'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { documentPath, messageTypes, syncTypes } from '#collab/wire/messages.ts'
import type { Usage } from './collab/server.ts'
import { keepResults } from './support/report.ts'

interface Scenario {
  readonly name: string
  readonly people: number
  /** People who move. */
  readonly movers: number
  /** Of each, in a second. */
  readonly edits: number
  readonly moves: number
  /** Pieces of evidence in the document. */
  readonly values: number
  readonly goalMs: number
}

const scenarios: readonly Scenario[] = [
  { name: '100 people, 20 moving', people: 100, movers: 20, edits: 2, moves: 10, values: 500, goalMs: 100 },
  { name: 'a class of 300 and its presenter', people: 300, movers: 1, edits: 4, moves: 20, values: 5_000, goalMs: 200 },
]

interface Row {
  readonly scenario: string
  readonly joinMs: number
  readonly editP50: number
  readonly editP95: number
  readonly moveP95: number
  readonly received: number
  readonly cores: number
  readonly loopP99: number
  readonly megabytes: number
  readonly goalMs: number
}

/** Where the time of sending travels: in the value of an edit, and in a movement as the number of a token (below a million). */
const editMark = /"?sent:(\d+)/
const moveMark = /"index":(\d+)/g
const WRAP = 1_000_000

class Person {
  readonly #socket: WebSocket
  readonly #doc = new Y.Doc()
  readonly #name: string
  readonly edits: number[] = []
  readonly moves: number[] = []
  readonly joined: Promise<void>

  constructor(port: number, name: string) {
    this.#name = name
    const address = `ws://127.0.0.1:${port}${documentPath('bench', 'shared')}?client=${this.#doc.clientID}`
    this.#socket = new WebSocket(address, { headers: { cookie: name } })
    this.joined = new Promise((resolve, reject) => {
      this.#socket.on('error', reject)
      this.#socket.on('open', () => this.#sync(syncTypes.step1, Y.encodeStateVector(this.#doc)))
      this.#socket.on('message', (data) => this.#receive(data as Buffer, resolve)) // Buffer: no other binaryType is set.
    })
    this.#doc.on('update', (update: Uint8Array) => this.#sync(syncTypes.update, update))
  }

  edit(): void {
    this.#doc.getMap('filters').set(this.#name, { kind: 'text', query: `sent:${Math.floor(performance.now())}` })
  }

  move(): void {
    const index = Math.floor(performance.now()) % WRAP
    const state = JSON.stringify({ hover: { kind: 'token', instance: 'i1', token: { side: 'output', index } } })
    const presence = encoding.encode((encoder) => {
      for (const value of [1, this.#doc.clientID, 1]) encoding.writeVarUint(encoder, value)
      encoding.writeVarString(encoder, state)
    })
    this.#socket.send(
      encoding.encode((encoder) => {
        encoding.writeVarUint(encoder, messageTypes.awareness)
        encoding.writeVarUint8Array(encoder, presence)
      }),
    )
  }

  close(): void {
    this.#socket.terminate()
  }

  #sync(type: number, payload: Uint8Array): void {
    this.#socket.send(
      encoding.encode((encoder) => {
        encoding.writeVarUint(encoder, messageTypes.sync)
        encoding.writeVarUint(encoder, type)
        encoding.writeVarUint8Array(encoder, payload)
      }),
    )
  }

  #receive(frame: Buffer, joined: () => void): void {
    const now = performance.now()
    const decoder = decoding.createDecoder(frame)
    const type = decoding.readVarUint(decoder)
    if (type === messageTypes.awareness) {
      for (const [, sent] of frame.toString('latin1').matchAll(moveMark))
        this.moves.push((now - Number(sent) + WRAP) % WRAP)
    }
    if (type !== messageTypes.sync) return
    const syncType = decoding.readVarUint(decoder)
    if (syncType === syncTypes.step1) this.#sync(syncTypes.step2, new Uint8Array([0, 0]))
    if (syncType === syncTypes.step2) joined()
    const sent = syncType === syncTypes.update ? editMark.exec(frame.toString('latin1'))?.[1] : undefined
    if (sent !== undefined) this.edits.push(now - Number(sent))
  }
}

async function run(scenario: Scenario, seconds: number): Promise<Row> {
  const child = fork(new URL('./collab/server.ts', import.meta.url), [String(scenario.values)], {
    execArgv: ['--import', import.meta.resolve('tsx')],
  })
  const port = await heard<number>(child)
  const start = performance.now()
  const people = Array.from({ length: scenario.people }, (_, i) => new Person(port, `p${i}`))
  await Promise.all(people.map(async ({ joined }) => await joined))
  const joinMs = performance.now() - start
  await pause(1_000)
  await ask(child)
  const timers = people.slice(0, scenario.movers).flatMap((person, i) => [
    // Not all in the same moment.
    setTimeout(() => timers.push(setInterval(() => person.edit(), 1_000 / scenario.edits)), i * 23),
    setTimeout(() => timers.push(setInterval(() => person.move(), 1_000 / scenario.moves)), i * 7),
  ])
  await pause(seconds * 1_000)
  const usage = await ask(child)
  for (const timer of timers) clearInterval(timer)
  await pause(300)
  for (const person of people) person.close()
  child.disconnect()
  const edits = people.flatMap((person) => person.edits)
  const moves = people.flatMap((person) => person.moves)
  return {
    scenario: scenario.name,
    joinMs: Math.round(joinMs),
    editP50: quantile(edits, 0.5),
    editP95: quantile(edits, 0.95),
    moveP95: quantile(moves, 0.95),
    received: edits.length + moves.length,
    cores: Math.round((usage.cpuMs / (seconds * 1_000)) * 100) / 100,
    loopP99: Math.round(usage.delayMs),
    megabytes: Math.round(usage.memoryBytes / 2 ** 20),
    goalMs: scenario.goalMs,
  }
}

async function ask(child: ChildProcess): Promise<Usage> {
  child.send('usage')
  return await heard<Usage>(child)
}

/** The next message of the server; it sends nothing that was not asked for. */
async function heard<Message>(child: ChildProcess): Promise<Message> {
  return await new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Message))
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
}

const pause = async (milliseconds: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, milliseconds))

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN)
}

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } })
const rows: Row[] = []
for (const scenario of scenarios) rows.push(await run(scenario, Number(values.seconds)))
console.table(
  rows.map((row) => ({
    scenario: row.scenario,
    'all in, ms': row.joinMs,
    'edit p50, ms': row.editP50,
    'edit p95, ms': row.editP95,
    'movement p95, ms': row.moveP95,
    'goal p95, ms': row.goalMs,
    'server cores': row.cores,
    'server loop p99, ms': row.loopP99,
    'server MB': row.megabytes,
  })),
)
keepResults('collab', { rows })
