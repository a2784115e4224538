/** Folding a document's stored updates into one state, so that opening it stays quick. */
import type { Limits } from './limits.ts'

export interface CompactionDeps {
  readonly limits: Limits
  now(): number
  /** Stores the state in place of the updates it holds. */
  store(): Promise<void>
  failed(error: unknown): void
}

/** From a failure to the next try. */
const PAUSE_MS = 10_000

export class Compaction {
  readonly #deps: CompactionDeps
  #rows = 0
  #bytes = 0
  #isRunning = false
  #notBefore = 0

  constructor(deps: CompactionDeps, updates: readonly Uint8Array[]) {
    this.#deps = deps
    for (const update of updates) this.count(update)
  }

  /** Notes an update that will lie beside the state. */
  count(update: Uint8Array): void {
    this.#rows++
    this.#bytes += update.length
  }

  /** Call now and then: compacts when there is enough to gain. */
  look(): void {
    const { compactRows, compactBytes } = this.#deps.limits
    const isDue = this.#rows >= compactRows || this.#bytes >= compactBytes
    if (isDue && this.#deps.now() >= this.#notBefore) void this.run()
  }

  /** Compacts unless there is nothing to gain. Failing does no harm: the updates stay. */
  async run(): Promise<void> {
    if (this.#isRunning || this.#rows === 0) return
    this.#isRunning = true
    const rows = this.#rows
    const bytes = this.#bytes
    try {
      await this.#deps.store()
      this.#rows -= rows
      this.#bytes -= bytes
    } catch (error) {
      this.#notBefore = this.#deps.now() + PAUSE_MS
      this.#deps.failed(error)
    } finally {
      this.#isRunning = false
    }
  }
}
