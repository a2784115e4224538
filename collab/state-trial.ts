/** Trying out a whole state that somebody hands in, before it takes the place of a document's history. */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { CollabError } from './errors.ts'
import { inspectUpdate } from './inspection.ts'
import type { Layout } from './layout.ts'

/** Every opening of the document will take as long. */
const MOST_LOADING_MS = 2_000
const MOST_TRIAL_MS = 15_000

const outcome = z.object({ failure: z.string().nullable(), milliseconds: z.number() })
type Outcome = z.infer<typeof outcome>

/** Checks a state against its document's layout and by loading it. Throws a CollabError `bad-document` that says what to do. */
export async function checkState(state: Uint8Array, layout: Layout, mostBytes: number): Promise<void> {
  if (state.length > mostBytes) throw unusable(`it has ${state.length} bytes, at most ${mostBytes} are kept`)
  try {
    inspectUpdate(state, layout, Number.MAX_SAFE_INTEGER)
  } catch (cause) {
    throw unusable(cause instanceof Error ? cause.message : String(cause), cause)
  }
  const { failure, milliseconds } = await tryOut(state)
  if (failure !== null) throw unusable(failure)
  if (milliseconds > MOST_LOADING_MS) throw unusable(`loading it takes ${Math.round(milliseconds)} ms`)
}

async function tryOut(state: Uint8Array): Promise<Outcome> {
  const worker = new Worker(new URL('./state-trial-worker.js', import.meta.url), { workerData: state, execArgv: [] })
  let timer: NodeJS.Timeout | null = null
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      timer = setTimeout(
        () => resolve({ failure: 'loading it does not end', milliseconds: MOST_TRIAL_MS }),
        MOST_TRIAL_MS,
      )
      worker.once('message', (message) => resolve(outcome.parse(message)))
      worker.once('error', (cause) => reject(unusable(String(cause), cause)))
    })
  } finally {
    if (timer !== null) clearTimeout(timer)
    await worker.terminate()
  }
}

function unusable(reason: string, cause?: unknown): CollabError {
  const message = `The document cannot be used: ${reason}. Export it again and restore that file.`
  return new CollabError('bad-document', message, { cause })
}
