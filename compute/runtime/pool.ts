/** Compute processes as the server sees them. A crash of one is contained; memory comes back when one is replaced. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ComputeError } from '#compute/errors.ts'
import type { TaskResult } from '#compute/tasks/run-task.ts'
import type {
  ComputePool,
  Priority,
  RunningTask,
  Task,
  TaskListener,
  TaskPartials,
  TaskResults,
} from '#compute/types.ts'
import type { DeviceChoice } from './devices.ts'
import type { FromWorker, ToWorker, WorkerOptions } from './messages.ts'

export interface PoolOptions extends WorkerOptions {
  /** Processes; threads × processes should not exceed the cores. */
  readonly processes: number
  readonly log: (line: string) => void
}

/** A cancelled task that has not stopped after this long is ended with its process (a single run takes longer than this). */
const cancelPatience = 1000

/** What ends while it starts will mostly do so again: it is not tried in a tight circle. */
const restartPause = 1000

interface Job {
  readonly id: number
  readonly task: Task
  readonly listener: TaskListener
  readonly resolve: (result: TaskResult) => void
  readonly reject: (error: ComputeError) => void
  isCancelled: boolean
}

interface Worker {
  readonly pid: number
  readonly isAlive: () => boolean
  readonly jobs: Map<number, Job>
  /** Folders it was given work on: it may have them open. */
  readonly checkpoints: Set<string>
  readonly ready: Promise<DeviceChoice>
  readonly send: (message: ToWorker) => void
  readonly kill: () => Promise<void>
}

/** A pool, and what only its keeper needs. */
export interface OpenPool extends ComputePool {
  /** Process ids, for whoever watches or tests them. */
  readonly pids: () => readonly number[]
}

export async function openPool(options: PoolOptions): Promise<OpenPool> {
  let nextId = 1
  let isClosing = false
  const workers: Worker[] = []

  function spawn(): Worker {
    const onExit = (how: string, wasReady: boolean): void => {
      if (isClosing || !workers.includes(worker)) return
      options.log(`a compute process ended (${how}); starting another`)
      const replace = (): void => {
        if (!isClosing) workers[workers.indexOf(worker)] = spawn()
      }
      if (wasReady) replace()
      else setTimeout(replace, restartPause).unref()
    }
    const onMove = (next: DeviceChoice): void => {
      device = next
      options.log(`a device failed inside a task, which begins again on ${next.name}: ${next.reason}`)
    }
    const worker = startWorker(options, onExit, onMove)
    worker.ready.catch(() => {}) // told by whoever waits for it
    return worker
  }
  for (let i = 0; i < options.processes; i++) workers.push(spawn())
  let device = await workers[0]!.ready.catch(async (error: unknown) => {
    isClosing = true
    await Promise.all(workers.map(({ kill }) => kill()))
    throw error
  })

  function run<K extends Task['kind']>(
    task: Extract<Task, { kind: K }>,
    priority: Priority,
    listener: TaskListener<K extends keyof TaskPartials ? TaskPartials[K] : never> = {},
  ): RunningTask<TaskResults[K]> {
    if (isClosing) throw new ComputeError('cancelled', 'The server is stopping')
    const id = nextId++
    const folder = folderOf(task)
    const worker = chooseWorker(workers, folder)
    const result = new Promise<TaskResults[K]>((resolve, reject) => {
      const job: Job = { id, task, listener, resolve: resolve as Job['resolve'], reject, isCancelled: false }
      if (worker.isAlive()) worker.jobs.set(id, job)
      else reject(new ComputeError('crashed', 'The compute process is being started again'))
    })
    if (folder !== null) worker.checkpoints.add(folder)
    worker.send({ type: 'start', id, task, priority })
    return {
      result,
      focus: (target) => worker.send({ type: 'focus', id, target }),
      cancel: () => cancel(worker, id),
    }
  }

  return {
    get device() {
      return device
    },
    processes: options.processes,
    run,
    pids: () => workers.map(({ pid }) => pid),
    close: async () => {
      isClosing = true
      await Promise.all(workers.map(({ kill }) => kill()))
    },
  }
}

/** The checkpoint of a task; projections and studies of texts have none. */
const folderOf = (task: Task): string | null => (task.kind === 'project' ? null : task.checkpoint)

/** The least busy one; of several, one that knows the checkpoint. */
function chooseWorker(workers: readonly Worker[], checkpoint: string | null): Worker {
  const knows = (worker: Worker): number => (checkpoint !== null && worker.checkpoints.has(checkpoint) ? 0 : 1)
  const isDead = (worker: Worker): number => (worker.isAlive() ? 0 : 1)
  const sorted = workers.toSorted((a, b) => isDead(a) - isDead(b) || a.jobs.size - b.jobs.size || knows(a) - knows(b))
  return sorted[0]!
}

/** Tells the process to stop the task, and ends the process where it does not; the promise rejects at once. */
function cancel(worker: Worker, id: number): void {
  const job = worker.jobs.get(id)
  if (job === undefined || job.isCancelled) return
  job.isCancelled = true
  job.reject(new ComputeError('cancelled', 'Cancelled'))
  worker.send({ type: 'cancel', id })
  setTimeout(() => {
    if (worker.jobs.has(id)) void worker.kill()
  }, cancelPatience).unref()
}

function startWorker(
  options: PoolOptions,
  onExit: (how: string, wasReady: boolean) => void,
  onMove: (device: DeviceChoice) => void,
): Worker {
  const { device, threads, cache, log } = options
  // Compiled programs say `worker.js` here, and need no translation (`bin/compiled.js`).
  const program = fileURLToPath(new URL('./worker.ts', import.meta.url))
  const child = fork(program, [], {
    execArgv: program.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : ['--enable-source-maps'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const jobs = new Map<number, Job>()
  let exited = false
  let wasReady = false
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = new Promise<DeviceChoice>((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if (message.type === 'ready') {
        wasReady = true
        resolve(message.device)
      } else if (message.type === 'refused') reject(new ComputeError('device', message.message))
      else if (message.type === 'moved') onMove(message.device)
      else settle(jobs, message)
    })
    child.once('exit', (code, signal) => {
      exited = true
      const how = signal ?? `code ${code}`
      reject(new ComputeError('crashed', `A compute process ended while starting (${how})`))
      for (const job of jobs.values()) job.reject(new ComputeError('crashed', `A compute process ended (${how})`))
      jobs.clear()
      onExit(how, wasReady)
    })
  })
  relayErrors(child, ready, log)
  const send = (message: ToWorker): void => {
    if (!exited) child.send(message, () => {}) // a process that ends meanwhile is told of by 'exit'
  }
  send({ type: 'open', options: { device, threads, cache } })
  return {
    pid: child.pid ?? -1,
    isAlive: () => !exited,
    jobs,
    checkpoints: new Set(),
    ready,
    send,
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

function settle(jobs: Map<number, Job>, message: Exclude<FromWorker, { type: 'ready' | 'refused' | 'moved' }>): void {
  const job = jobs.get(message.id)
  if (job === undefined) return
  switch (message.type) {
    case 'progress':
      return job.isCancelled ? undefined : job.listener.progress?.(message.progress)
    case 'partial':
      return job.isCancelled ? undefined : job.listener.partial?.(message.partial)
    case 'done':
      jobs.delete(message.id)
      return job.resolve(message.result)
    case 'failed':
      jobs.delete(message.id)
      return job.reject(new ComputeError(message.kind, message.message))
  }
}

/** Drivers write to standard error while devices are probed, whatever comes of it; what they say later is worth a line. */
function relayErrors(child: ChildProcess, ready: Promise<unknown>, log: (line: string) => void): void {
  let isProbing = true
  ready.then(
    () => (isProbing = false),
    () => (isProbing = false),
  )
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (!isProbing) for (const line of text.trim().split('\n')) log(`compute: ${line}`)
  })
}
