import { createEffect, createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import { encodeSafetensors } from '#compute/index.ts'
import type { AnalysisReply, Question } from '#server/wire/analyses.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { Api } from '#web/api/request.ts'
import { WebError } from '#web/errors.ts'
import { createAnalyses } from '#web/state/analyses.ts'
import { makeClock } from './support/clock.ts'
import { makeInstance } from './support/instances.ts'

const key = 'a'.repeat(64)
const hash = 'b'.repeat(64)
const instance = makeInstance()
const weights: Question = { kind: 'attention', place: { kind: 'cross', layer: 1 } }

const file = (metadata: Record<string, string> = {}): Uint8Array =>
  encodeSafetensors({ weights: { dtype: 'F32', shape: [1, 1, 2], data: Float32Array.of(0.25, 0.75) } }, metadata)

const run = (state: RunReply['state'], more: Partial<RunReply> = {}): RunReply => ({
  key,
  kind: 'analysis',
  state,
  instance: instance.id,
  options: null,
  question: 'attention',
  startedBy: { id: 'ana', name: 'Ana' },
  position: null,
  progress: null,
  result: null,
  error: null,
  createdAt: 0,
  seconds: null,
  ...more,
})

/** A server whose answers the test sets, and the store that asks it. */
function makeStage(first: RunReply | WebError) {
  const asked: { readonly path: string; readonly method: string; readonly body: unknown }[] = []
  const server = { answer: first, now: run('running'), file: file() }
  const api: Api = {
    async ask(schema, path, call = {}) {
      asked.push({ path, method: call.method ?? 'GET', body: call.body })
      if (call.method !== 'POST') return schema.parse(server.now)
      if (server.answer instanceof WebError) throw server.answer
      const reply: AnalysisReply = { run: server.answer, how: 'started' }
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
  const store = createRoot(() => createAnalyses({ api, workspace: 'lab', clock }))
  return { asked, server, clock, store, posts: () => asked.filter(({ method }) => method === 'POST') }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

test('[AY1] a question is asked once, and its answer is fetched with its report', async () => {
  const { store, server, asked } = makeStage(run('done', { result: hash, seconds: 2 }))
  server.file = file({ report: '{"caution":"take care"}' })
  const answer = store.ask(instance, weights)
  expect(answer().phase.kind).toBe('asking')
  await settled()
  expect(answer()).toMatchObject({
    phase: { kind: 'done', seconds: 2 },
    report: { caution: 'take care' },
    result: hash,
  })
  expect(answer().tensors?.get('weights')?.data).toEqual(Float32Array.of(0.25, 0.75))
  expect(store.ask(instance, weights)).toBe(answer)
  expect(asked).toEqual([
    { path: '/api/workspaces/lab/analyses', method: 'POST', body: { instance: instance.id, question: weights } },
    { path: `/api/workspaces/lab/results/${hash}`, method: 'GET', body: undefined },
  ])
})

test('[AY2] a study is asked without an instance, under its own address', async () => {
  const { store, posts } = makeStage(run('running'))
  const study = { kind: 'projection', seed: 1 }
  const answer = store.ask(null, study)
  await settled()
  expect(posts()).toEqual([{ path: '/api/workspaces/lab/studies', method: 'POST', body: { study } }])
  store.partial(key, file())
  expect(answer().partial?.get('weights')?.shape).toEqual([1, 1, 2])
  expect(store.ask(null, { seed: 1, kind: 'projection' })).toBe(answer)
})

test('[AY3] what may be left out of a question, and the order of heads, make no other question', () => {
  const { store, posts } = makeStage(run('running'))
  const first = store.ask(instance, { kind: 'ablation', heads: ['cross.2.1', 'cross.0.1'], value: 'zero' })
  const again = store.ask(instance, {
    value: 'zero',
    kind: 'ablation',
    heads: ['cross.0.1', 'cross.2.1'],
    contrast: null,
    objective: 'log-prob',
  })
  expect(again).toBe(first)
  expect(store.ask(instance, { kind: 'ablation', heads: ['cross.0.1'], value: 'zero' })).not.toBe(first)
  expect(posts().length).toBe(2)
})

test('[AY4] progress shows while a run goes on, and its end brings the answer', async () => {
  const { store } = makeStage(run('running'))
  const answer = store.ask(instance, weights)
  await settled()
  store.progress(key, { stage: 'heads', done: 1, total: 4, rate: 2, eta: 1.5 })
  expect(answer()).toMatchObject({ phase: { kind: 'running' }, progress: { done: 1, eta: 1.5 } })
  store.durable({ type: 'run-done', key, result: hash })
  await settled()
  expect(answer()).toMatchObject({ phase: { kind: 'done' }, progress: null })
})

test('[AY5] a run that ends before the answer that names it is not waited for', async () => {
  const { store } = makeStage(run('running'))
  const answer = store.ask(instance, weights)
  store.durable({ type: 'run-done', key, result: hash })
  await settled()
  expect(answer().phase.kind).toBe('done')
})

test('[AY6] a cancelled run can be asked for again, whatever was heard of its first end', async () => {
  const { store, asked } = makeStage(run('running'))
  const answer = store.ask(instance, weights)
  await settled()
  store.cancel(instance, weights)
  expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: `/api/workspaces/lab/runs/${key}` })
  store.durable({ type: 'run-cancelled', key, by: 'ana' })
  expect(answer().phase.kind).toBe('cancelled')
  store.retry(instance, weights)
  await settled()
  expect(answer().phase.kind).toBe('running')
  store.durable({ type: 'run-cancelled', key, by: 'ben' })
  expect(answer().phase.kind).toBe('cancelled')
})

test('[AY14] a cancel is shown at once, and its echo does not end what was asked for again meanwhile', async () => {
  const { store } = makeStage(run('running'))
  const answer = store.ask(instance, weights)
  await settled()
  store.cancel(instance, weights)
  expect(answer().phase.kind).toBe('cancelled')
  store.retry(instance, weights)
  store.durable({ type: 'run-cancelled', key, by: 'ana' })
  await settled()
  expect(answer().phase.kind).toBe('running')
})

test('[AY7] a failure says why, and a viewer is told what they may not', async () => {
  const { store, server } = makeStage(new WebError('not-allowed', 'You are a viewer here.'))
  const refused = store.ask(instance, weights)
  await settled()
  expect(refused().phase).toEqual({ kind: 'forbidden', message: 'You are a viewer here.' })
  server.answer = run('failed', { error: 'The compute process ran out of memory.' })
  store.retry(instance, weights)
  await settled()
  expect(refused().phase).toEqual({ kind: 'failed', message: 'The compute process ran out of memory.', offline: false })
})

test('[AY8] what failed for want of a connection is asked again when there is one', async () => {
  const { store, server } = makeStage(new WebError('offline', 'The server cannot be reached.'))
  const answer = store.ask(instance, weights)
  await settled()
  server.answer = run('done', { result: hash })
  store.refresh()
  await settled()
  expect(answer().phase.kind).toBe('done')
})

test('[AY9] a run that falls silent is asked about', async () => {
  const { store, server, clock } = makeStage(run('running'))
  const answer = store.ask(instance, weights)
  await settled()
  server.now = run('done', { result: hash })
  clock.pass(5_000)
  await settled()
  expect(answer().phase.kind).toBe('done')
})

test('[AY10] a text that was written anew is a new question', async () => {
  const { store, posts } = makeStage(run('done', { result: hash }))
  store.ask(instance, weights)
  store.ask({ ...instance, output: { ids: [1, 2] } }, weights)
  await settled()
  expect(posts().length).toBe(2)
})

test('[AY11] asking from within a computation does not make it run again', async () => {
  const { store } = makeStage(run('running'))
  let times = 0
  const phases: string[] = []
  await createRoot(async () => {
    createEffect(() => {
      times++
      const answer = store.ask(instance, weights)
      createEffect(() => void phases.push(answer().phase.kind))
    })
    await settled()
  })
  store.ask(instance, { kind: 'flow' })
  await settled()
  expect([times, phases[0], phases.at(-1)]).toEqual([1, 'asking', 'running'])
})

test('[AY12] a damaged report is an error, not an answer without one', async () => {
  const { store, server } = makeStage(run('done', { result: hash }))
  server.file = file({ report: '{' })
  const answer = store.ask(instance, weights)
  await settled()
  expect(answer().phase).toMatchObject({ kind: 'failed', message: expect.stringContaining('report') })
})

test('[AY13] old answers are dropped when there are many, and asked for anew', async () => {
  const { store, posts } = makeStage(run('done', { result: hash }))
  for (let layer = 0; layer <= 400; layer++) {
    store.ask(instance, { kind: 'attention', place: { kind: 'encoder', layer } })
    if (layer === 399) await settled()
  }
  const asked = posts().length
  store.ask(instance, { kind: 'attention', place: { kind: 'encoder', layer: 400 } })
  expect(posts().length).toBe(asked)
  store.ask(instance, { kind: 'attention', place: { kind: 'encoder', layer: 0 } })
  expect(posts().length).toBe(asked + 1)
})
