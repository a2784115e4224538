import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileTensor } from '#compute/index.ts'
import { decodeSafetensors, loadLocal, openPool } from '#compute/index.ts'
import type { Opened } from '#compute/local.ts'
import { lastOf } from '#compute/steps.ts'
import type { ComputePool } from '#compute/types.ts'
import type { AblationReport, AnalysisReply, HeadMeasuresReport, LensReport, Question } from '#server/wire/analyses.ts'
import type { AttributionReply } from '#server/wire/attributions.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { RunReply } from '#server/wire/runs.ts'
import { makeWorkspace, read, writeAll } from '#tests/support/corpora.ts'
import { example } from '#tests/support/golden.ts'
import { options } from '#tests/support/options.ts'
import { type TestServer, type Visitor, openTestServer, until } from '#tests/support/server.ts'

const models = {
  phrasebook: {
    folder: example('checkpoints/phrasebook'),
    text: 'We bought the bread.',
    kinds: ['encoder', 'decoder', 'cross'],
  },
  quiz: {
    folder: example('checkpoints/quiz'),
    text: 'question: bucket | options: toy, container, shed | answer:',
    kinds: ['decoder'],
  },
} as const
type Name = keyof typeof models

const plain = { objective: 'log-prob', contrast: null } as const
const nodes = { quadrature: { nodes: 2 } } as const

describe('questions about one instance, computed by the example models', () => {
  const cache = mkdtempSync(join(tmpdir(), 'analyses-'))
  let pool: ComputePool
  let server: TestServer
  let ana: Visitor
  let local: Awaited<ReturnType<typeof loadLocal>>
  const opened = {} as Record<Name, Opened>
  const workspaces = {} as Record<Name, string>
  const instances = {} as Record<Name, InstanceReply>

  beforeAll(async () => {
    pool = await openPool({ device: 'cpu', threads: 1, cache, processes: 1, log: () => {} })
    const folders = { phrasebook: models.phrasebook.folder, quiz: models.quiz.folder }
    server = await openTestServer({ pool, checkpoints: folders })
    ana = await server.signIn('Ana')
    local = await loadLocal()
    for (const name of ['phrasebook', 'quiz'] as const) {
      opened[name] = await local.openFolder(folders[name], { device: 'cpu', threads: 1, cache })
      workspaces[name] = await makeWorkspace(server, ana, [{ id: 'a', source: models[name].text }], name)
      await writeAll(server, ana, workspaces[name])
      instances[name] = await read(await server.ask(ana, 'GET', `/api/workspaces/${workspaces[name]}/instances/a`))
    }
  })
  afterAll(async () => {
    for (const { close } of Object.values(opened)) await close()
    await server.close()
    await pool.close()
    rmSync(cache, { recursive: true })
  })

  const post = (name: Name, question: unknown, instance = 'a'): Promise<Response> =>
    server.ask(ana, 'POST', `/api/workspaces/${workspaces[name]}/analyses`, { instance, question })
  const ask = async (name: Name, question: Question) => {
    const { run } = await read<AnalysisReply>(await post(name, question))
    let now: RunReply = run
    await until('the analysis has ended', async () => {
      now = await read(await server.ask(ana, 'GET', `/api/workspaces/${workspaces[name]}/runs/${run.key}`))
      return !['queued', 'running'].includes(now.state)
    })
    if (now.result === null) throw new Error(`the run ended with ${now.error}`)
    const file = await server.ask(ana, 'GET', `/api/workspaces/${workspaces[name]}/results/${now.result}`)
    const bytes = new Uint8Array(await file.arrayBuffer())
    return { run: now, tensors: decodeSafetensors(bytes, 'the result'), report: reportOf(bytes) }
  }
  const problemOf = (name: Name) => {
    const { source, output } = instances[name]
    return local.outputProblem(opened[name].engine.model, source.ids, output?.ids ?? [])
  }
  const written = (name: Name) => instances[name].output!.ids // every workspace is written

  /** The tensors of a result, and those that compute gives when it is asked directly. */
  const expectSame = (
    tensors: ReadonlyMap<string, FileTensor>,
    expected: Readonly<Record<string, ArrayLike<number>>>,
  ) => {
    for (const [name, data] of Object.entries(expected)) {
      const found = tensors.get(name)
      expect(found, name).toBeDefined()
      expect(found!.data.length, name).toBe(data.length)
      Array.from(data, (value, i) => {
        if (Number.isNaN(value)) expect(found!.data[i], name).toBeNaN()
        else expect(Number(found!.data[i]), `${name}[${i}]`).toBeCloseTo(value, 5)
      })
    }
  }

  describe.each(['phrasebook', 'quiz'] as const)('%s', (name) => {
    const { kinds } = models[name]

    it('[AQ1] the weights of a layer are those of the forward pass', async () => {
      const { source, prefix } = problemOf(name)
      const taps = await local.forward(opened[name].engine, source, prefix)
      for (const kind of kinds) {
        const { tensors } = await ask(name, { kind: 'attention', place: { kind, layer: 1 } })
        const whole = taps[`attention.${kind}.1`]!
        expect(tensors.get('weights')?.shape).toEqual(whole.shape.slice(1))
        expectSame(tensors, { weights: whole.data as Float32Array })
      }
    })

    it('[AQ2] measures and roles of heads are told for every kind of attention', async () => {
      const { tensors, report } = await ask(name, { kind: 'head-measures' })
      const { roles } = report as HeadMeasuresReport
      expect(roles.map(({ kind }) => kind)).toEqual(kinds)
      for (const kind of kinds) {
        const [layers, heads] = tensors.get(`entropy.${kind}`)!.shape as [number, number]
        expect(roles.find((each) => each.kind === kind)?.shape).toEqual([layers, heads])
        for (const measure of ['distance', 'confidence', 'sink']) {
          expect(tensors.get(`${measure}.${kind}`)?.shape).toEqual([layers, heads])
        }
      }
      const last = kinds.at(-1)!
      const { tensors: layer } = await ask(name, { kind: 'attention', place: { kind: last, layer: 0 } })
      const { data, shape } = layer.get('weights')!
      const [, queries, keys] = shape as [number, number, number]
      let [confidence, sink] = [0, 0]
      for (let query = 0; query < queries; query++) {
        const row = Array.from(data.subarray(query * keys, (query + 1) * keys) as Float32Array)
        confidence += Math.max(...row) / queries
        sink += row[0]! / queries
      }
      expect(Number(tensors.get(`confidence.${last}`)!.data[0])).toBeCloseTo(confidence, 5)
      expect(Number(tensors.get(`sink.${last}`)!.data[0])).toBeCloseTo(sink, 5)
    })

    it('[AQ3] the importance of heads is told output by output, and its mean is that of the command line', async () => {
      for (const by of ['attribution', 'gradient'] as const) {
        const { tensors } = await ask(name, { kind: 'head-importance', by, ...plain, ...nodes })
        const expected = await local.headImportance(opened[name].engine, problemOf(name), by, { ...plain, ...nodes })
        for (const { kind, shape, importance } of expected) {
          const { data, shape: whole } = tensors.get(`importance.${kind}`)!
          expect(whole).toEqual([written(name).length, ...shape])
          const size = shape[0] * shape[1]
          const means = Array.from({ length: size }, (_, i) => {
            const rows = written(name).map((_id, k) => Number(data[k * size + i]))
            return rows.reduce((sum, value) => sum + value, 0) / rows.length
          })
          means.forEach((mean, i) => expect(mean).toBeCloseTo(importance[i]!, 4))
        }
      }
    })

    it('[AQ4] the attention attribution of one output token is that of all of them, cut out', async () => {
      const problem = problemOf(name)
      const target = Math.min(2, problem.targets.length - 1)
      const { tensors } = await ask(name, { kind: 'attention-attribution', target, ...plain, ...nodes })
      const only = { ...problem, targets: [problem.targets[target]!] }
      const options = { ...plain, ...nodes, kinds: null }
      const steps = local.attentionAttribution(opened[name].engine, only, options, { focus: () => null, finished: [] })
      const found = await lastOf(steps)
      for (const { kind, layer, attribution, shape, gap, converged } of found.layers) {
        expect(tensors.get(`attribution.${kind}.${layer}`)?.shape).toEqual(shape.slice(1))
        expectSame(tensors, { [`attribution.${kind}.${layer}`]: attribution })
        expect(tensors.get(`gap.${kind}`)?.data[layer]).toBeCloseTo(gap[0]!, 5)
        expect(tensors.get(`converged.${kind}`)?.data[layer]).toBe(converged[0])
      }
      expectSame(
        tensors,
        Object.fromEntries(found.importance.map((each) => [`importance.${each.kind}`, each.importance])),
      )
    })

    it('[AQ5] effects of heads are measured one by one, and a set of heads together with what is written without it', async () => {
      const { tensors } = await ask(name, { kind: 'head-effects', value: 'mean', ...plain })
      const options = { value: 'mean', ...plain } as const
      const { ablation, values } = await local.openNamedAblation(opened[name].engine, problemOf(name), options)
      const { objective, effects } = await lastOf(local.headEffects(opened[name].engine, ablation))
      expectSame(tensors, {
        objective,
        ...Object.fromEntries(effects.map(({ kind, effect }) => [`effect.${kind}`, effect])),
      })
      const heads = [0, 1, 2, 3].map((head) => ({ kind: 'decoder', layer: 0, head }) as const)
      const names = heads.map(({ head }) => `decoder.0.${head}`)
      const without = await ask(name, { kind: 'ablation', heads: names, value: 'mean' })
      const [whole, ablated] = await ablation.measure([[], heads])
      expectSame(without.tensors, { objective: whole!, ablated: ablated! })
      const engine = local.ablatedEngine(opened[name].engine, heads, values, 'test')
      const ids = await lastOf(
        local.generate(engine, instances[name].source.ids, { beams: 1, sampling: null }, 'all settings'),
      )
      const { text, output, steps } = without.report as AblationReport
      expect(output.ids).toEqual(ids)
      expect(text).toBe((await opened[name].tokenizer()).decode(ids))
      const forced = await local.teacherForce(engine, instances[name].source.ids, ids, {
        alternatives: 1,
        states: false,
      })
      steps.forEach(({ logProb }, k) => expect(logProb).toBeCloseTo(forced.steps[k]!.logProb, 5))
    })

    it('[AQ6] interactions, the lens and the rollout are those of compute', async () => {
      const problem = problemOf(name)
      const pairs = { baseline: 'mean', ...plain, attributeSpecial: false } as const
      const { tensors, report } = await ask(name, { kind: 'interactions', of: 'masked-pairs', target: 1, ...pairs })
      const only = { ...problem, targets: [problem.targets[1]!] }
      const options = { kind: 'masked-pairs', ...pairs, quadrature: { tolerance: 0.01 } } as const
      const expected = await lastOf(local.interact(opened[name].engine, only, options, null, () => null))
      expect(report).toEqual({ caution: expected.caution })
      expectSame(tensors, { interactions: expected.interactions, gap: expected.gap, objective: expected.objective })
      const lens = await ask(name, { kind: 'lens', count: 3 })
      const read = await lastOf(local.logitLens(opened[name].engine, problem, 3))
      expect([...lens.tensors.get('ids')!.data]).toEqual([...read.ids])
      expectSame(lens.tensors, {
        logProbs: read.logProbs,
        targetLogProbs: read.targetLogProbs,
        targetRanks: read.targetRanks,
      })
      const tokenizer = await opened[name].tokenizer()
      const { tokens } = lens.report as LensReport
      for (const id of read.ids) expect(tokens[id]).toBe(tokenizer.token(id))
      const flow = await ask(name, { kind: 'flow' })
      const { rollout, mean } = await local.attentionFlow(opened[name].engine, problem)
      expectSame(flow.tensors, {
        'rollout.source': rollout.source,
        'rollout.prefix': rollout.prefix,
        'mean.source': mean.source,
        'mean.prefix': mean.prefix,
      })
      expect(flow.tensors.get('rollout.source')?.shape).toEqual([problem.targets.length, problem.source.length])
    })
  })

  it('[AQ11] gradient norm and occlusion are offered as attributions', async () => {
    for (const method of ['gradient-norm', 'occlusion'] as const) {
      const asked = { ...options, baseline: 'mean', method } as const
      const body = { instance: 'a', options: asked, focus: null }
      const path = `/api/workspaces/${workspaces.quiz}`
      const { run } = await read<AttributionReply>(await server.ask(ana, 'POST', `${path}/attributions`, body))
      let now = run
      await until('the attribution has ended', async () => {
        now = await read(await server.ask(ana, 'GET', `${path}/runs/${run.key}`))
        return now.result !== null
      })
      const file = await server.ask(ana, 'GET', `${path}/results/${now.result}`)
      const tensors = decodeSafetensors(new Uint8Array(await file.arrayBuffer()), 'the result')
      const control = { focus: () => null, finished: null }
      const expected = await lastOf(local.attribute(opened.quiz.engine, problemOf('quiz'), asked, null, control))
      expectSame(tensors, { source: expected.source, objective: expected.objective, gap: expected.gap })
    }
  })

  it('[AQ7] equal questions are one run, whatever of them is left out', async () => {
    const short = await ask('quiz', { kind: 'ablation', heads: ['decoder.1.2', 'decoder.0.1'], value: 'zero' })
    const again = await read<AnalysisReply>(
      await post('quiz', {
        kind: 'ablation',
        heads: ['decoder.0.1', 'decoder.1.2', 'decoder.0.1'],
        value: 'zero',
        contrast: null,
        objective: 'log-prob',
      }),
    )
    expect([again.how, again.run.key, again.run.result]).toEqual(['computed', short.run.key, short.run.result])
    expect(again.run).toMatchObject({ kind: 'analysis', question: 'ablation', options: null, instance: 'a' })
  })

  it('[AQ8] a question under way can be cancelled, tells its progress, and can be asked again', async () => {
    const question: Question = {
      kind: 'head-importance',
      by: 'attribution',
      ...plain,
      quadrature: { tolerance: 0.00002 },
    }
    const { run } = await read<AnalysisReply>(await post('phrasebook', question))
    const path = `/api/workspaces/${workspaces.phrasebook}/runs/${run.key}`
    await until('its progress is told', () =>
      server.announced.some(({ kind, content }) => kind === 'progress' && (content as { key: string }).key === run.key),
    )
    const cancelled = await read<RunReply>(await server.ask(ana, 'DELETE', path))
    expect(cancelled).toMatchObject({ state: 'cancelled', result: null })
    const again = await read<AnalysisReply>(await post('phrasebook', question))
    expect(again.how).toBe('started')
    await server.ask(ana, 'DELETE', path)
  })

  it('[AQ12] what is known of an answer is told on the way: layers as they are done, pairs as they are found', async () => {
    const told = async (question: Question) => {
      const before = server.announced.length
      const { tensors } = await ask('phrasebook', question)
      const [part] = server.announced.slice(before).filter(({ kind }) => kind === 'partial')
      const { bytes } = part!.content as { bytes: Uint8Array }
      return { tensors, part: decodeSafetensors(bytes, 'a part') }
    }
    const layer = await told({ kind: 'attention-attribution', target: 1, ...plain, quadrature: { nodes: 3 } })
    expect([...layer.part.keys()].toSorted()).toEqual(['attribution.encoder.2', 'importance.encoder.2'])
    const [whole, heads] = [layer.tensors.get('importance.encoder')!, layer.part.get('importance.encoder.2')!]
    expect([...heads.data]).toEqual([...whole.data].slice(-heads.data.length))
    const question = { kind: 'head-importance', by: 'gradient', ...plain, quadrature: { nodes: 3 } } as const
    const { part } = await told(question)
    const known = [...part.get('importance.encoder')!.data].map((value) => !Number.isNaN(value))
    expect([known.includes(true), known.includes(false)]).toEqual([true, true])
    const pairs = { baseline: 'zero', ...plain, attributeSpecial: true } as const
    const found = await told({ kind: 'interactions', of: 'masked-pairs', target: 1, ...pairs })
    expect(found.part.get('interactions')!.shape).toEqual(found.tensors.get('interactions')!.shape)
  })

  const refused: readonly [string, Name, object, string][] = [
    ['a kind the model does not have', 'quiz', { kind: 'attention', place: { kind: 'cross', layer: 0 } }, 'decoder'],
    [
      'a layer it does not have',
      'phrasebook',
      { kind: 'attention', place: { kind: 'cross', layer: 3 } },
      'from 0 to 2',
    ],
    ['a head it does not have', 'quiz', { kind: 'ablation', heads: ['decoder.0.4'], value: 'zero' }, 'from 0 to 3'],
    ['a head of no kind', 'quiz', { kind: 'ablation', heads: ['both.0.1'], value: 'zero' }, 'cross.2.1'],
    ['no heads', 'quiz', { kind: 'ablation', heads: [], value: 'zero' }, 'heads'],
    ['a target beyond the output', 'quiz', { kind: 'attention-attribution', target: 500, ...plain }, 'counted from 0'],
    [
      'a contrast beyond the vocabulary',
      'quiz',
      { kind: 'head-effects', value: 'zero', ...plain, contrast: 999_999 },
      'vocabulary',
    ],
    [
      'a baseline it does not have',
      'quiz',
      { kind: 'interactions', of: 'masked-pairs', target: 0, baseline: 'token:999999', ...plain },
      'vocabulary',
    ],
    ['an unknown question', 'quiz', { kind: 'meaning' }, 'question'],
  ]
  it.each(refused)('[AQ9] %s is refused with what to do next', async (_, name, question, words) => {
    const response = await post(name, question)
    const { error } = (await response.json()) as { error: { kind: string; message: string } }
    expect([response.status, error.kind]).toEqual([400, 'bad-request'])
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('\n')
  })

  it('[AQ10] an instance that is not there is refused', async () => {
    expect((await post('quiz', { kind: 'flow' }, 'nobody')).status).toBe(404)
  })
})

/** The JSON that stands in a result file's metadata; null where there is none. */
function reportOf(bytes: Uint8Array): unknown {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const { __metadata__: notes } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as {
    __metadata__: { report?: string }
  }
  return notes.report === undefined ? null : (JSON.parse(notes.report) as unknown)
}
