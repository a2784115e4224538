import { createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import { encodeSafetensors, type FileTensor } from '#compute/index.ts'
import type { AttributionReply } from '#server/wire/attributions.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { Api } from '#web/api/request.ts'
import { WebError } from '#web/errors.ts'
import { createAttributions } from '#web/state/attributions.ts'
import { defaultOptions } from '#web/state/permalink.ts'
import { progressText } from '#web/views/instance/progress-text.ts'
import { makeClock } from './support/clock.ts'
import { makeInstance } from './support/instances.ts'
import { makeAttribution } from './support/scores.ts'

const options = defaultOptions('mean')
const key = 'a'.repeat(64)
const hash = 'b'.repeat(64)
const instance = makeInstance()

function file(targets: readonly number[]): Uint8Array {
  const part = makeAttribution(targets.length, 4, 4)
  const vector = { shape: [targets.length] }
  const tensors: Record<string, FileTensor> = {
    source: { dtype: 'F32', shape: [targets.length, 4], data: part.source },
    prefix: { dtype: 'F32', shape: [targets.length, 4], data: part.prefix },
    objective: { dtype: 'F32', ...vector, data: part.objective },
    baselineObjective: { dtype: 'F32', ...vector, data: part.baselineObjective },
    gap: { dtype: 'F32', ...vector, data: part.gap },
    nodes: { dtype: 'I32', ...vector, data: part.nodes },
    converged: { dtype: 'U8', ...vector, data: part.converged },
    targets: { dtype: 'I32', ...vector, data: Int32Array.from(targets) },
  }
  return encodeSafetensors(tensors)
}

const run = (state: RunReply['state'], more: Partial<RunReply> = {}): RunReply => ({
  key,
  kind: 'attribution',
  state,
  instance: instance.id,
  options,
  question: null,
  startedBy: { id: 'ana', name: 'Ana' },
  position: null,
  progress: null,
  result: null,
  error: null,
  createdAt: 0,
  seconds: null,
  ...more,
})

interface Asked {
  readonly path: string
  readonly method: string
  readonly body: unknown
}

/** A server whose answers the test sets, and the store that asks it. */
function makeStage(first: RunReply | WebError) {
  const asked: Asked[] = []
  const server = { answer: first, now: run('running'), file: file([0, 1, 2, 3]) }
  const api: Api = {
    async ask(schema, path, call = {}) {
      asked.push({ path, method: call.method ?? 'GET', body: call.body })
      if (call.method !== 'POST') return schema.parse(server.now)
      if (server.answer instanceof WebError) throw server.answer
      const reply: AttributionReply = { run: server.answer, how: 'started' }
      return schema.parse(reply)
    },
    async tell(path, call) {
      asked.push({ path, method: call.method ?? 'GET', body: call.body })
    },
    async bytes(path) {
      asked.push({ path, method: 'GET', body: undefined })
      return server.file
    },
  }
  const clock = makeClock()
  const store = createRoot(() => createAttributions({ api, workspace: 'lab', clock }))
  const phase = () => store.entry(instance.id, options)?.phase.kind
  return { asked, server, clock, store, phase, entry: () => store.entry(instance.id, options) }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

test('[WB1] a stored result is fetched at once and asked for only once', async () => {
  const { store, asked, phase, entry } = makeStage(run('done', { result: hash }))
  store.want(instance, options, 1)
  expect(phase()).toBe('asking')
  await settled()
  expect(phase()).toBe('done')
  expect(entry()?.scores?.known).toEqual(new Uint8Array(4).fill(1))
  store.want(instance, options, 2)
  await settled()
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/workspaces/lab/attributions',
    `GET /api/workspaces/lab/results/${hash}`,
  ])
  expect(asked[0]?.body).toEqual({ instance: instance.id, options, focus: 1 })
})

test('[WB2] parts fill in while a run goes on, and the finished result takes their place', async () => {
  const { store, phase, entry } = makeStage(run('running'))
  store.want(instance, options, 2)
  await settled()
  store.partial(key, 1, file([2]))
  expect([phase(), [...(entry()?.scores?.known ?? [])]]).toEqual(['running', [0, 0, 1, 0]])
  store.durable({ type: 'run-done', key, result: hash })
  await settled()
  expect([phase(), [...(entry()?.scores?.known ?? [])]]).toEqual(['done', [1, 1, 1, 1]])
})

test('[WB3] parts that arrive before the answer that names their run are not lost', async () => {
  const { store, entry } = makeStage(run('running'))
  store.want(instance, options, 2)
  store.partial(key, 1, file([2]))
  await settled()
  expect([...(entry()?.scores?.known ?? [])]).toEqual([0, 0, 1, 0])
})

test('[WB4] another token of the same text moves to the front of the run under way', async () => {
  const { store, asked } = makeStage(run('running'))
  store.want(instance, options, 2)
  await settled()
  store.want(instance, options, 2)
  store.want(instance, options, 0)
  await settled()
  expect(asked.map(({ body }) => (body as { focus: number }).focus)).toEqual([2, 0])
})

test('[WB5] a cancelled run keeps what it had, and can be asked for again', async () => {
  const { store, phase, entry, asked, server } = makeStage(run('running'))
  store.want(instance, options, 0)
  await settled()
  store.partial(key, 1, file([0]))
  store.cancel(instance.id, options)
  expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: `/api/workspaces/lab/runs/${key}` })
  store.durable({ type: 'run-cancelled', key, by: 'ana' })
  expect([phase(), [...(entry()?.scores?.known ?? [])]]).toEqual(['cancelled', [1, 0, 0, 0]])
  store.partial(key, 4, file([1]))
  expect([...(entry()?.scores?.known ?? [])]).toEqual([1, 0, 0, 0])
  server.answer = run('done', { result: hash })
  store.again(instance, options, 0)
  await settled()
  expect(phase()).toBe('done')
})

test('[WB6] a run that failed says why and keeps its parts', async () => {
  const { store, entry } = makeStage(run('running'))
  store.want(instance, options, 0)
  await settled()
  store.partial(key, 1, file([0]))
  store.durable({ type: 'run-failed', key, message: 'The compute process ran out of memory.' })
  expect(entry()?.phase).toEqual({ kind: 'failed', message: 'The compute process ran out of memory.', offline: false })
  expect(entry()?.scores?.known[0]).toBe(1)
})

test('[WB7] somebody who may not start runs is told so', async () => {
  const { store, entry } = makeStage(new WebError('not-allowed', 'You are a viewer here.'))
  store.want(instance, options, 0)
  await settled()
  expect(entry()?.phase).toEqual({ kind: 'forbidden', message: 'You are a viewer here.' })
})

test('[WB8] what failed for want of a connection is asked again when there is one', async () => {
  const { store, phase, server } = makeStage(new WebError('offline', 'The server cannot be reached.'))
  store.want(instance, options, 0)
  await settled()
  expect(phase()).toBe('failed')
  server.answer = run('done', { result: hash })
  store.refresh()
  await settled()
  expect(phase()).toBe('done')
})

test('[WB9] a run that falls silent is asked about, so that a lost event cannot leave it waiting for ever', async () => {
  const { store, phase, server, clock } = makeStage(run('running'))
  store.want(instance, options, 0)
  await settled()
  server.now = run('done', { result: hash })
  clock.pass(5_000)
  await settled()
  expect(phase()).toBe('done')
})

test('[WB10] a damaged part costs nothing but its colours', async () => {
  const { store, phase } = makeStage(run('running'))
  store.want(instance, options, 0)
  await settled()
  store.partial(key, 1, Uint8Array.of(1, 2, 3))
  expect(phase()).toBe('running')
})

test('[WB11] events of other runs change nothing here', async () => {
  const { store, phase } = makeStage(run('running'))
  store.want(instance, options, 0)
  await settled()
  store.durable({ type: 'run-failed', key: 'c'.repeat(64), message: 'x' })
  store.durable({ type: 'outputs-changed', instances: [instance.id] })
  expect(phase()).toBe('running')
})

test('[WB12] a text that was written anew is asked about anew', async () => {
  const { store, asked } = makeStage(run('done', { result: hash }))
  store.want(instance, options, 0)
  await settled()
  const output = instance.output!
  store.want({ ...instance, output: { ...output, ids: output.ids.slice(1) } }, options, 0) // the test's instance has one
  await settled()
  expect(asked.filter(({ method }) => method === 'POST').length).toBe(2)
})

test('[WB13] what is under way is said with its count, and whose it is when it is not one’s own', async () => {
  const { store, entry } = makeStage(run('running'))
  store.want(instance, options, 0)
  await settled()
  store.partial(key, 3, file([0, 1]))
  const shown = entry()
  if (shown?.phase.kind !== 'running') throw new Error('the run is under way')
  expect(progressText(shown.phase, shown, 'ana')).toBe('Integrated gradients: 3 of 4 outputs within 1 % gap')
  expect(progressText(shown.phase, shown, 'bo')).toContain('(started by Ana)')
  const queued = { ...shown.phase, run: run('queued', { position: 2 }), progress: null }
  expect(progressText(queued, shown, 'ana')).toBe('Integrated gradients: waiting for 2 before it')
})
