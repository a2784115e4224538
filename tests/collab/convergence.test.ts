import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { openClient, untilSaved, type Client } from './support/client.ts'
import { EventLog, GuestList, workspace } from './support/guests.ts'
import { everybody, startServer, type Running } from './support/server.ts'
import { pause, Shelf, until } from './support/shelf.ts'

const rounds = fuzz(4, 50)
const operations = fuzz(100, 200).rounds

/** One document of each kind under random edits, breaks, delays and restarts, until everything is quiet again. */
class Play {
  readonly #random: () => number
  readonly #shelf = new Shelf()
  readonly #guests = new GuestList(everybody)
  readonly #events = new EventLog()
  readonly notes: Client[] = []
  readonly shared: Client[] = []
  readonly log: string[] = []
  /** What was confirmed, as somebody would see it who believes in "Saved". */
  readonly promised = new Set<string>()
  #server!: Running // Opened by `run`, before anything uses it.
  /** Who made which mark. */
  readonly #made = new Map<string, Client>()
  #count = 0

  constructor(seed: number) {
    this.#random = makeRandom(seed)
  }

  get server(): Running {
    return this.#server
  }

  async run(): Promise<void> {
    this.#server = await this.#start()
    const { port } = this.#server
    const many = 2 + this.#pick(4)
    for (let i = 0; i < many; i++) {
      const person = i % 2 === 0 ? 'ed' : 'eda'
      this.notes.push(openClient(port, person, { document: 'notes/n1', maxBackoffTime: 50 }))
      this.shared.push(openClient(port, person, { maxBackoffTime: 50 }))
    }
    for (let step = 0; step < operations; step++) await this.#step()
    await this.#calm()
  }

  async end(): Promise<void> {
    for (const client of [...this.notes, ...this.shared]) client.close()
    await this.#server.close()
  }

  async #start(port?: number): Promise<Running> {
    const limits = { commitMs: 5, lingerMs: 30, compactRows: 25, retryMs: 10, longestRetryMs: 30, recheckMs: 50 }
    const given = {
      shelf: this.#shelf,
      guests: this.#guests,
      events: this.#events,
      limits: { ...limits, closeMs: 500 },
    }
    return await startServer(port === undefined ? given : { ...given, port })
  }

  #pick(below: number): number {
    return Math.floor(this.#random() * below)
  }

  async #step(): Promise<void> {
    const dice = this.#random()
    const kind =
      dice < 0.8
        ? 'edit'
        : dice < 0.9
          ? 'break'
          : dice < 0.94
            ? 'journal'
            : dice < 0.96
              ? 'restart'
              : dice < 0.98
                ? 'kill'
                : 'wait'
    this.log.push(kind)
    if (kind === 'edit') this.#edit()
    else if (kind === 'break') this.#break()
    else if (kind === 'journal') this.#disturbJournal()
    else if (kind === 'wait') await this.#promise()
    else await this.#restart(kind)
    if (this.#random() < 0.5) await pause(this.#pick(6))
  }

  #edit(): void {
    const mark = `m${++this.#count}`
    const note = this.notes[this.#pick(this.notes.length)]!
    const body = note.doc.getText('text')
    if (this.#random() < 0.7) body.insert(this.#pick(body.length + 1), `${mark} `)
    else if (body.length > 0) body.delete(this.#pick(body.length), 1)
    const author = this.shared[this.#pick(this.shared.length)]!
    const { doc } = author
    const key = `k${this.#pick(8)}`
    if (this.#random() < 0.8) doc.getMap('filters').set(key, { kind: 'text', query: mark })
    else doc.getMap('filters').delete(key)
    doc.getMap('evidence').set(mark, { kept: true })
    this.#made.set(mark, author)
  }

  #break(): void {
    const all = [...this.notes, ...this.shared]
    const { provider } = all[this.#pick(all.length)]!
    if (!provider.shouldConnect) provider.connect()
    else if (this.#random() < 0.5) provider.disconnect()
    // A cable that is pulled: no close frame, and the client comes back by itself.
    else [...this.#server.sockets][this.#pick(this.#server.sockets.size)]?.destroy()
  }

  #disturbJournal(): void {
    this.#shelf.isBroken = this.#random() < 0.3
    this.#shelf.delayMs = this.#pick(10)
  }

  /** Notes what has been confirmed by now. */
  async #promise(): Promise<void> {
    await pause(20)
    for (const [mark, author] of this.#made) if (author.isSaved) this.promised.add(mark)
  }

  async #restart(kind: 'restart' | 'kill'): Promise<void> {
    await this.#promise()
    const { port } = this.#server
    this.#shelf.isBroken = false
    if (kind === 'restart') await this.#server.close()
    else await this.#server.kill()
    this.#server = await this.#start(port)
    const state = new Y.Doc()
    Y.applyUpdate(state, (await this.#server.collab.encodeState(workspace, 'shared'))!)
    for (const mark of this.promised) {
      if (!state.getMap('evidence').has(mark)) throw new Error(`${mark} was saved, and is gone`)
    }
  }

  async #calm(): Promise<void> {
    this.#shelf.isBroken = false
    this.#shelf.delayMs = 0
    for (const { provider } of [...this.notes, ...this.shared]) provider.connect()
    await until(
      'everybody is connected',
      () => [...this.notes, ...this.shared].every(({ provider }) => provider.synced),
      15_000,
    )
    await untilSaved(...this.notes, ...this.shared)
    for (const clients of [this.notes, this.shared]) {
      const vectors = (): Set<string> => new Set(clients.map(({ doc }) => String(Y.encodeStateVector(doc))))
      const contents = (): Set<string> => new Set(clients.map(({ doc }) => contentOf(doc)))
      await until('all have the same', () => vectors().size === 1 && contents().size === 1)
    }
  }
}

const contentOf = (doc: Y.Doc): string =>
  JSON.stringify([
    doc.getText('text').toJSON(),
    ...['filters', 'evidence'].map((name) =>
      Object.entries(doc.getMap(name).toJSON()).sort(([left], [right]) => (left < right ? -1 : 1)),
    ),
  ])

describe('convergence', () => {
  it(
    '[CV1] after edits, breaks, delays, failures and restarts all clients and the server agree, and nothing saved is lost',
    { timeout: 20 * 60_000 },
    async () => {
      for (const seed of roundSeeds(rounds)) {
        const play = new Play(seed)
        try {
          await play.run()
          const server = new Y.Doc()
          for (const [document, clients] of [
            ['notes/n1', play.notes],
            ['shared', play.shared],
          ] as const) {
            Y.applyUpdate(server, (await play.server.collab.encodeState(workspace, document))!)
            for (const { doc } of clients) {
              expect(doc.store.pendingStructs).toBeNull()
              expect(doc.store.pendingDs).toBeNull()
            }
          }
          expect(server.getText('text').toJSON()).toBe(play.notes[0]!.doc.getText('text').toJSON())
          expect(server.getMap('evidence').size).toBe(play.shared[0]!.doc.getMap('evidence').size)
          for (const { closes } of [...play.notes, ...play.shared])
            expect(closes.filter((code) => code >= 4400)).toEqual([])
        } catch (error) {
          throw new Error(`round of seed ${seed} (${describeFuzz(rounds)}): ${play.log.join(' ')}`, { cause: error })
        } finally {
          await play.end()
        }
      }
    },
  )
})
