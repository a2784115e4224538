/** Group commit: what the rooms accept within a moment is stored in one transaction, again and again until it is. */
import { within } from './deadline.ts'
import { quote } from './errors.ts'
import type { Journal, JournalEntry } from './journal.ts'
import type { Limits } from './limits.ts'

export interface WriterDeps {
  readonly journal: Journal
  readonly limits: Limits
  now(): number
  random(): number
  log(line: string): void
}

export interface OutboxListener {
  /** Everything up to this entry of the outbox is durable. */
  durable(entry: number): void
  /** Whether the journal has trouble with this document now. */
  trouble(failing: boolean): void
}

const MOST_ENTRIES = 1_000
const MOST_BYTES = 4 << 20

/** What one document has accepted and not stored. Entries are counted from 1 since the document was loaded. */
export class Outbox {
  readonly listener: OutboxListener
  /** Journal number of the last stored update. */
  seq: number
  queue: JournalEntry[] = []
  queued = 0
  durable = 0
  failures = 0
  notBefore = 0
  isDropped = false
  readonly #push: (outbox: Outbox, entry: JournalEntry) => void
  readonly #drained: (() => void)[] = []

  constructor(seq: number, listener: OutboxListener, push: (outbox: Outbox, entry: JournalEntry) => void) {
    this.seq = seq
    this.listener = listener
    this.#push = push
  }

  /** Takes an entry; returns at once. */
  append(entry: JournalEntry): void {
    this.#push(this, entry)
  }

  /** Resolves when everything accepted by now is durable, or false after `withinMs`. */
  async drained(withinMs: number): Promise<boolean> {
    if (this.durable >= this.queued) return true
    return await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs)
      const target = this.queued
      const look = (): void => {
        if (this.durable < target) return void this.#drained.push(look)
        clearTimeout(timer)
        resolve(true)
      }
      look()
    })
  }

  settle(count: number, seq: number): void {
    this.durable += count
    this.seq = seq
    this.listener.durable(this.durable)
    for (const look of this.#drained.splice(0)) look()
  }
}

export class JournalWriter {
  readonly #deps: WriterDeps
  readonly #busy = new Set<Outbox>()
  #bytes = 0
  #timer: NodeJS.Timeout | null = null
  #timerAt = 0
  #writing: Promise<void> | null = null

  constructor(deps: WriterDeps) {
    this.#deps = deps
  }

  /** Whether so much waits that nothing more may be accepted. */
  get isFull(): boolean {
    return this.#bytes > this.#deps.limits.unstoredBytes
  }

  open(seq: number, listener: OutboxListener): Outbox {
    return new Outbox(seq, listener, (outbox, entry) => this.#append(outbox, entry))
  }

  /** Forgets what an outbox still holds: its document is gone. */
  drop(outbox: Outbox): void {
    outbox.isDropped = true
    for (const entry of outbox.queue.splice(0)) this.#bytes -= entry.update.length
    this.#busy.delete(outbox)
  }

  /** Writes all that waits, now; resolves to whether everything is durable by the deadline. */
  async flush(withinMs: number): Promise<boolean> {
    const outboxes = [...this.#busy]
    for (const outbox of outboxes) outbox.notBefore = 0
    this.#wake(0)
    const stored = await Promise.all(outboxes.map(async (outbox) => await outbox.drained(withinMs)))
    return stored.every(Boolean)
  }

  /** Stops trying; `flush` first. A write that is under way is waited for, but not for ever. */
  async close(withinMs: number): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    for (const outbox of this.#busy) outbox.isDropped = true
    this.#busy.clear()
    if (this.#writing !== null) await within(this.#writing, withinMs)
  }

  #append(outbox: Outbox, entry: JournalEntry): void {
    if (outbox.isDropped) return
    outbox.queue.push(entry)
    outbox.queued++
    this.#bytes += entry.update.length
    this.#busy.add(outbox)
    this.#wake(Math.max(this.#deps.limits.commitMs, outbox.notBefore - this.#deps.now()))
  }

  /** Writes after this wait, or earlier where that was planned. */
  #wake(inMs: number): void {
    if (this.#writing !== null) return
    const at = this.#deps.now() + inMs
    if (this.#timer !== null && this.#timerAt <= at) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#writing = this.#write().finally(() => {
        this.#writing = null
        this.#wakeForTheRest()
      })
    }, inMs)
  }

  #wakeForTheRest(): void {
    const next = Math.min(...[...this.#busy].map((outbox) => outbox.notBefore))
    if (next < Infinity) this.#wake(Math.max(this.#deps.limits.commitMs, next - this.#deps.now()))
  }

  /** One transaction for all; if that fails one for each, so that a single bad document holds up nobody. */
  async #write(): Promise<void> {
    const due = [...this.#busy].filter((outbox) => outbox.notBefore <= this.#deps.now())
    const batches = takeBatches(due)
    if (batches.length === 0) return
    const failure = await this.#store(batches)
    if (failure === null) return
    if (batches.length === 1) return this.#postpone(batches[0]!, failure) // Its length is 1.
    for (const batch of batches) {
      const own = await this.#store([batch])
      if (own !== null) this.#postpone(batch, own)
    }
  }

  /** null, or why it failed. */
  async #store(batches: readonly Batch[]): Promise<unknown> {
    let numbers: readonly number[]
    try {
      numbers = await this.#deps.journal.append(batches.flatMap(({ entries }) => entries))
    } catch (error) {
      return error
    }
    let at = 0
    for (const batch of batches) {
      at += batch.entries.length
      this.#finish(batch, numbers[at - 1]!) // One number per entry.
    }
    return null
  }

  #finish({ outbox, entries }: Batch, seq: number): void {
    if (outbox.isDropped) return
    for (const entry of outbox.queue.splice(0, entries.length)) this.#bytes -= entry.update.length
    if (outbox.queue.length === 0) this.#busy.delete(outbox)
    const recovered = outbox.failures > 0
    outbox.failures = 0
    outbox.notBefore = 0
    outbox.settle(entries.length, seq)
    if (recovered) outbox.listener.trouble(false)
  }

  /** Waits longer after each failure, and not in step with others. */
  #postpone({ outbox, entries }: Batch, failure: unknown): void {
    if (outbox.isDropped) return
    const { retryMs, longestRetryMs } = this.#deps.limits
    const wait = Math.min(longestRetryMs, retryMs * 2 ** outbox.failures) * (0.5 + this.#deps.random() / 2)
    outbox.notBefore = this.#deps.now() + wait
    outbox.failures++
    const { workspace, document } = entries[0]! // A batch is never empty.
    this.#deps.log(
      `collab: ${workspace}/${document} cannot be stored, next try in ${Math.round(wait)} ms: ${quote(failure)}`,
    )
    if (outbox.failures === 1) outbox.listener.trouble(true)
  }
}

interface Batch {
  readonly outbox: Outbox
  readonly entries: readonly JournalEntry[]
}

/** The oldest entries of each outbox, up to the size of one transaction. */
function takeBatches(outboxes: readonly Outbox[]): readonly Batch[] {
  const batches: Batch[] = []
  let rows = 0
  let bytes = 0
  for (const outbox of outboxes) {
    const entries: JournalEntry[] = []
    for (const entry of outbox.queue) {
      if (rows >= MOST_ENTRIES || (bytes > 0 && bytes + entry.update.length > MOST_BYTES)) break
      entries.push(entry)
      rows++
      bytes += entry.update.length
    }
    if (entries.length > 0) batches.push({ outbox, entries })
  }
  return batches
}
