/** A compute process: started by the pool, it ends when the pool's process does. */
import type { FromWorker, ToWorker, WorkerOptions } from './messages.ts'
import { openWorkbench } from './workbench.ts'
import { makeWorkshop } from './workshop.ts'
import type { Workshop } from './workshop.ts'

const send = (message: FromWorker): void => {
  process.send?.(message)
}

/** Tasks that come in while the device is being tried wait for it. */
let opening: Promise<Workshop> | null = null

async function open(options: WorkerOptions): Promise<Workshop> {
  const bench = await openWorkbench(options)
  send({ type: 'ready', device: bench.device })
  return makeWorkshop(bench, send)
}

function refuse(error: unknown): void {
  send({ type: 'refused', message: error instanceof Error ? error.message : String(error) })
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'open') {
    opening = open(message.options)
    opening.catch(refuse)
    return
  }
  const act = (workshop: Workshop): void => {
    if (message.type === 'start') workshop.start(message.id, message.task, message.priority)
    else if (message.type === 'focus') workshop.focus(message.id, message.target)
    else workshop.cancel(message.id)
  }
  opening?.then(act, () => {}) // a refusal has been told; the pool ends this process
})
// Nothing here needs saving, and a run cannot be stopped any other way.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; the pool decides when to end
process.on('SIGTERM', () => {})
