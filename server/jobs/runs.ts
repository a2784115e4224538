import { randomUUID } from 'node:crypto'
import { record } from '../db/audit.ts'
import type { Connection } from '../db/database.ts'
import {
  type RequestedRun,
  type StoredRun,
  cancelRequest,
  countBefore,
  countLiveOf,
  endRun,
  listLive,
  listWishes,
  lockOrInsert,
  lockRun,
  readRequested,
  requeueRun,
  upsertRequest,
} from '../db/runs.ts'
import { Refusal } from '../errors.ts'
import type { RunReply } from '../wire/runs.ts'
import type { ComputingDeps } from './computing.ts'
import type { Dispatcher } from './dispatcher.ts'
import { type RunInput, keyOf, queueOf } from './input.ts'
import type { Emit } from './ledger.ts'
import type { JobQueue } from './queue.ts'

/** What people do with runs. */
export interface Runs {
  /** Asks for a run: starts it, joins it, or finds it computed. Equal requests are one run, whoever asks and wherever. */
  start(request: RunRequest): Promise<Started>
  read(workspace: string, key: string): Promise<RunReply | null>
  listLive(workspace: string): Promise<readonly RunReply[]>
  /** Takes back the wish of a workspace. The run itself ends when nobody wants it any more. */
  cancel(workspace: string, key: string, person: string | null): Promise<RunReply | null>
}

export interface RunRequest {
  readonly workspace: string
  readonly instance: string | null
  /** null: the server itself. */
  readonly person: string | null
  readonly input: RunInput
}

export interface Started {
  readonly run: RunReply
  readonly how: 'started' | 'joined' | 'computed'
}

export interface RunsDeps extends ComputingDeps {
  readonly queue: JobQueue
  readonly dispatcher: Dispatcher
}

/** Runs one person may have waiting; a click more is refused, so that nobody fills the queue for all. */
const MOST_LIVE = 50

export function makeRuns(deps: RunsDeps): Runs {
  return {
    start: (request) => start(request, deps),
    async read(workspace, key) {
      const found = await readRequested(deps.database, workspace, key)
      return found === null ? null : replyOf(found, deps)
    },
    async listLive(workspace) {
      const runs = await listLive(deps.database, workspace)
      const before = await countBefore(deps.database, runs)
      return runs.map((run) => toReply(run, before, deps))
    },
    cancel: (workspace, key, person) => cancel(workspace, key, person, deps),
  }
}

async function start(request: RunRequest, deps: RunsDeps): Promise<Started> {
  const { workspace, input } = request
  const key = keyOf(input, deps.engine)
  if (input.kind === 'attribution' && input.focus !== null) deps.dispatcher.find(key)?.setFocus(input.focus)
  const known = await readRequested(deps.database, workspace, key)
  // The short way for a result that this workspace has asked for before.
  if (known !== null && isComputed(known, deps)) return { run: await replyOf(known, deps), how: 'computed' }
  await refuseTooMany(request, deps)
  await deps.space.require()
  const how = await deps.ledger.transaction(async (tx, emit) => {
    const job = randomUUID()
    const found = await lockOrInsert(tx, { key, input, job, now: deps.now() })
    const how = await enqueue(tx, found, request, job, deps)
    const { instance, person } = request
    const news = await upsertRequest(tx, { workspace, key, instance, person, now: deps.now() })
    if (how === 'started' || news) await tell(tx, emit, request, found.run, how, deps.now())
    return how
  })
  if (how !== 'computed') {
    deps.dispatcher.find(key)?.addWorkspace(workspace)
    deps.dispatcher.wake()
  }
  const run = await readRequested(deps.database, workspace, key)
  if (run === null)
    throw new Refusal('not-found', 'the workspace was deleted meanwhile. Go back to the list of workspaces')
  return { run: await replyOf(run, deps), how }
}

/** Done, and its file still there: a result file that was removed by hand is computed again. */
function isComputed(run: StoredRun, { results }: RunsDeps): boolean {
  return run.state === 'done' && run.result !== null && results.has(run.result)
}

/** Puts a run into the queue unless it is there, under way or computed. Outputs and corpora are asked for when they are missing. */
async function enqueue(
  tx: Connection,
  { run, inserted }: { run: StoredRun; inserted: boolean },
  { input }: RunRequest,
  job: string,
  deps: RunsDeps,
): Promise<Started['how']> {
  let { ordinal } = run
  if (!inserted) {
    if (run.state === 'queued' || run.state === 'running') return 'joined'
    if (isComputed(run, deps)) return 'computed'
    ordinal = await requeueRun(tx, run.key, job, input)
  }
  await deps.queue.send(tx, queueOf(input.kind), { job, key: run.key }, ordinal)
  return 'started'
}

async function tell(tx: Connection, emit: Emit, request: RunRequest, run: StoredRun, how: Started['how'], now: Date) {
  const { workspace, person } = request
  const { key, kind } = run
  if (how === 'computed') return emit(workspace, { type: 'run-done', key, result: run.result })
  await emit(workspace, { type: 'run-queued', key, kind, by: person })
  if (how === 'started') await record(tx, { person, workspace, action: 'run-started', detail: { key, kind } }, now)
}

async function refuseTooMany({ person }: RunRequest, { database }: RunsDeps): Promise<void> {
  if (person === null || (await countLiveOf(database, person)) < MOST_LIVE) return
  throw new Refusal('too-many', `you have ${MOST_LIVE} runs waiting. Wait for one to end, or cancel one`)
}

async function cancel(workspace: string, key: string, person: string | null, deps: RunsDeps): Promise<RunReply | null> {
  const active = deps.dispatcher.find(key)
  // At once, so that nothing of the run is told while its end is being stored.
  active?.dropWorkspace(workspace)
  const before = await readRequested(deps.database, workspace, key)
  if (before !== null && (before.state === 'queued' || before.state === 'running')) {
    const wanted = await takeBack(workspace, key, person, deps)
    if (!wanted) (active ?? deps.dispatcher.find(key))?.cancel()
  }
  const after = await readRequested(deps.database, workspace, key)
  return after === null ? null : replyOf(after, deps)
}

/** Stores that a workspace wants a run no more; returns whether any other still does. */
function takeBack(workspace: string, key: string, person: string | null, deps: RunsDeps): Promise<boolean> {
  const { ledger, queue, now } = deps
  return ledger.transaction(async (tx, emit) => {
    const run = await lockRun(tx, key)
    await cancelRequest(tx, workspace, key, now())
    const wanted = (await listWishes(tx, key)).length > 0
    if (!wanted && run?.job) {
      await endRun(tx, { key, job: run.job, state: 'cancelled', result: null, error: null, seconds: null, now: now() })
      await queue.remove(tx, queueOf(run.kind), run.job)
    }
    await emit(workspace, { type: 'run-cancelled', key, by: person })
    await record(tx, { person, workspace, action: 'run-cancelled', detail: { key } }, now())
    return wanted
  })
}

const replyOf = async (run: RequestedRun, deps: RunsDeps): Promise<RunReply> =>
  toReply(run, await countBefore(deps.database, [run]), deps)

function toReply(run: RequestedRun, before: ReadonlyMap<string, number>, { dispatcher }: RunsDeps): RunReply {
  return {
    key: run.key,
    kind: run.kind,
    state: run.state,
    instance: run.instance,
    options: run.input.kind === 'attribution' ? run.input.options : null,
    question: questionOf(run),
    startedBy: run.startedBy,
    // A run that began meanwhile has nothing before it.
    position: run.state === 'queued' ? (before.get(run.key) ?? 0) : null,
    progress: run.state === 'running' ? (dispatcher.find(run.key)?.progress ?? null) : null,
    result: run.result,
    error: run.state === 'failed' ? run.error : null,
    createdAt: run.requestedAt.getTime(),
    seconds: run.seconds,
  }
}

/** What an analysis or a study asks. */
function questionOf({ input }: StoredRun): string | null {
  if (input.kind === 'analysis') return input.question.kind
  return input.kind === 'study' ? input.study.kind : null
}
