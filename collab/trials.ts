/** Trying out updates whose cost cannot be told from their bytes, in a thread of their own that can be stopped. */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { CollabError } from './errors.ts'
import { inspectUpdate } from './inspection.ts'
import type { Layout } from './layout.ts'

/** An edit that takes longer stops everybody for as long. */
const MOST_EDIT_MS = 1_000
/** A state is loaded whenever its document is opened. */
const MOST_STATE_MS = 2_000
/** When a trial is given up. Other work on the machine slows it down, so it is longer than what is allowed. */
const PATIENCE = 5

const outcome = z.object({ failure: z.string().nullable(), milliseconds: z.number() })
type Outcome = z.infer<typeof outcome>

export class Trials {
  /** One at a time: they must not take the processor from everybody else. */
  #last: Promise<unknown> = Promise.resolve()

  /** Checks a whole state against its document's layout and by loading it. Throws a CollabError `bad-document` that says what to do. */
  async checkState(state: Uint8Array, layout: Layout, mostBytes: number): Promise<void> {
    if (state.length > mostBytes) throw unusable(`it has ${state.length} bytes, at most ${mostBytes} are kept`)
    try {
      inspectUpdate(state, layout, Number.MAX_SAFE_INTEGER)
    } catch (cause) {
      throw unusable(cause instanceof Error ? cause.message : String(cause), cause)
    }
    const { failure, milliseconds } = await this.#run([state], MOST_STATE_MS)
    if (failure !== null) throw unusable(failure)
    if (milliseconds > MOST_STATE_MS) throw unusable(`loading it takes ${Math.round(milliseconds)} ms`)
  }

  /** Whether a document in this state can take an update without keeping everybody waiting. */
  async isQuick(state: Uint8Array, update: Uint8Array): Promise<boolean> {
    const { failure, milliseconds } = await this.#run([state, update], MOST_EDIT_MS)
    return failure === null && milliseconds <= MOST_EDIT_MS
  }

  async #run(parts: readonly Uint8Array[], mostMs: number): Promise<Outcome> {
    const task = async (): Promise<Outcome> => await runWorker(parts, mostMs * PATIENCE)
    const run = this.#last.then(task, task)
    this.#last = run
    return await run
  }
}

async function runWorker(parts: readonly Uint8Array[], mostMs: number): Promise<Outcome> {
  const worker = new Worker(new URL('./trial-worker.js', import.meta.url), { workerData: parts, execArgv: [] })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<Outcome>((resolve) => {
      timer = setTimeout(() => resolve({ failure: 'loading it does not end', milliseconds: mostMs }), mostMs)
      worker.once('message', (message) => resolve(outcome.parse(message)))
      worker.once('error', (error) => resolve({ failure: String(error), milliseconds: 0 }))
    })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

function unusable(reason: string, cause?: unknown): CollabError {
  const message = `The document cannot be used: ${reason}. Export it again and restore that file.`
  return new CollabError('bad-document', message, { cause })
}
