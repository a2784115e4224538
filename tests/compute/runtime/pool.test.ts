import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '#compute/index.ts'
import type {
  AttributionOptions,
  PartialAttribution,
  PartialInteractions,
  PartialLayerAttribution,
  Task,
} from '#compute/types.ts'
import { example, fixture, readJson } from '#tests/support/golden.ts'
import { options } from '#tests/support/options.ts'

interface Row {
  readonly text: string
  readonly input_ids: readonly number[]
  readonly greedy: readonly number[]
  readonly greedy_text: string
}

const cache = mkdtempSync(join(tmpdir(), 'coattend-pool-'))
const folder = example('checkpoints/phrasebook')
const [row, other] = (readJson(fixture('trained/phrasebook.json')) as { rows: readonly [Row, Row] }).rows

const explain = (quadrature: AttributionOptions['quadrature'], focus: number | null = null) =>
  ({
    kind: 'attribute',
    checkpoint: folder,
    source: row.input_ids,
    output: row.greedy.slice(1),
    options: { ...options, quadrature },
    focus,
    finished: null,
  }) as const satisfies Task

describe('compute processes', () => {
  let pool: Awaited<ReturnType<typeof openPool>>
  const lines: string[] = []
  beforeAll(async () => {
    const log = (line: string): number => lines.push(line)
    pool = await openPool({ device: 'cpu', threads: 1, cache, processes: 1, log })
  })
  afterAll(async () => {
    await pool.close()
    rmSync(cache, { recursive: true })
  })

  it('[PO1] a model writes what transformers writes, with scores and states', async () => {
    const task = {
      kind: 'respond',
      checkpoint: folder,
      text: row.text,
      generation: null,
      alternatives: 5,
      states: true,
    } as const
    const { text, source, output, steps, states } = await pool.run(task, 'interactive').result
    expect(text).toBe(row.greedy_text)
    expect(source.ids).toEqual(row.input_ids)
    expect(output.ids).toEqual(row.greedy.slice(1))
    expect(steps.every(({ alternatives }) => alternatives.length === 5)).toBe(true)
    expect(states?.source).toHaveLength(4 * 128)
    expect(states?.steps).toHaveLength(4 * 128 * steps.length)
  })

  it('[PO9] a checkpoint can be made ready beforehand; a folder that is none is refused', async () => {
    const prepare = (checkpoint: string): Promise<null> =>
      pool.run({ kind: 'prepare', checkpoint }, 'interactive').result
    expect(await prepare(folder)).toBeNull()
    await expect(prepare(cache)).rejects.toMatchObject({ kind: 'bad-checkpoint' })
  })

  it('[PO10] attention is attributed layer by layer, an attempt goes on where another ended, and heads are measured', async () => {
    const partials: PartialLayerAttribution[] = []
    const task = {
      kind: 'attend',
      checkpoint: folder,
      source: row.input_ids,
      output: row.greedy.slice(1, 4),
      options: { objective: 'log-prob', contrast: null, quadrature: { tolerance: 0.01 }, kinds: ['cross'] },
      focus: null,
      finished: [],
    } as const
    const listener = { partial: (partial: PartialLayerAttribution): void => void partials.push(partial) }
    const { layers, importance } = await pool.run(task, 'interactive', listener).result
    expect(layers.map(({ kind, layer, shape }) => [kind, layer, shape[0]])).toEqual([
      ['cross', 0, 3],
      ['cross', 1, 3],
      ['cross', 2, 3],
    ])
    expect(partials[0]).toMatchObject({ kind: 'cross', layer: 2, targets: [0, 1, 2] })
    expect(importance[0]!.shape[0]).toBe(3)
    const seen = partials.length
    const again = await pool.run(
      { ...task, finished: partials.filter(({ layer }) => layer > 0) },
      'interactive',
      listener,
    ).result
    expect(partials.slice(seen).every(({ layer }) => layer === 0)).toBe(true)
    expect(again.layers[2]!.attribution).toEqual(layers[2]!.attribution)
    const { checkpoint, source, output } = task
    const options = { value: 'zero', objective: 'log-prob', contrast: null } as const
    const measure = { checkpoint, source, output, options } as const
    const measured = await pool.run({ kind: 'head-effects', ...measure }, 'interactive').result
    const heads = [{ kind: 'cross', layer: 1, head: 2 }] as const
    const { objective, ablated } = await pool.run({ kind: 'ablate', heads, ...measure }, 'interactive').result
    expect(measured.objective).toEqual(objective)
    const { effect, shape } = measured.effects.find(({ kind }) => kind === 'cross')!
    expect(effect[shape[2] + 2]!).toBeCloseTo(ablated[0]! - objective[0]!, 5)
  })

  it('[PO11] pairs of tokens, layers and tests of scores are computed too, pairs with partial results', async () => {
    const partials: PartialInteractions[] = []
    const about = { checkpoint: folder, source: row.input_ids, output: row.greedy.slice(1, 4) } as const
    const masked = { baseline: 'mean', objective: 'log-prob', attributeSpecial: false, contrast: null } as const
    const pairs = { kind: 'masked-pairs', quadrature: { tolerance: 0.01 }, ...masked } as const
    const tokens = row.input_ids.length + 3
    const { interactions } = await pool.run({ kind: 'interact', ...about, options: pairs, focus: 1 }, 'interactive', {
      partial: (partial) => partials.push(partial),
    }).result
    expect(interactions).toHaveLength(3 * tokens * tokens)
    expect(partials[0]!.targets).toEqual([1])
    const lens = await pool.run({ kind: 'lens', ...about, count: 2 }, 'interactive').result
    expect([lens.layers, lens.ids.length]).toEqual([4, 3 * 4 * 2])
    const scores = [0, 1, 2].map((k) =>
      Float32Array.from({ length: tokens }, (_, i) => interactions[(k * tokens + i) * tokens + i]!),
    )
    const judge = {
      kind: 'judge',
      ...about,
      options: masked,
      test: { fractions: [0.5, 1], controls: 2, seed: 1 },
    } as const
    const { rows } = await pool.run({ ...judge, scores }, 'interactive').result
    expect(rows.every((found) => found.scores.aopc.comprehensiveness > found.reversed.aopc.comprehensiveness)).toBe(
      true,
    )
    const short = pool.run({ ...judge, scores: scores.slice(1) }, 'interactive').result
    await expect(short).rejects.toMatchObject({ kind: 'bad-input' })
  })

  it('[PO2] an attribution reports progress and partial results, the focus first, and all targets in the end', async () => {
    const partials: PartialAttribution[] = []
    const running = pool.run(explain({ tolerance: 0.01 }, 4), 'interactive', {
      partial: (partial) => partials.push(partial),
    })
    const result = await running.result
    const targets = row.greedy.length - 1
    expect(partials[0]!.targets).toHaveLength(targets)
    const finished = partials.flatMap(({ targets: list, converged }) => list.filter((_, k) => converged[k] === 1))
    expect(finished[0]).toBe(4)
    expect(result.converged).toEqual(new Uint8Array(targets).fill(1))
    expect(result.source).toHaveLength(targets * row.input_ids.length)
  })

  it('[PO3] targets that an earlier attempt finished are taken over, not computed again', async () => {
    const whole = await pool.run(explain({ tolerance: 0.01 }), 'interactive').result
    const n = row.input_ids.length
    const m = row.greedy.length - 1
    const finished: PartialAttribution = {
      targets: [2],
      source: new Float32Array(n).fill(7),
      prefix: new Float32Array(m),
      objective: Float32Array.of(-1),
      baselineObjective: Float32Array.of(-2),
      gap: Float32Array.of(0),
      nodes: Int32Array.of(99),
      converged: Uint8Array.of(1),
    }
    const { source, nodes } = await pool.run({ ...explain({ tolerance: 0.01 }), finished }, 'interactive').result
    expect(nodes[2]).toBe(99)
    expect(source.subarray(2 * n, 3 * n)).toEqual(new Float32Array(n).fill(7))
    expect(nodes[1]).toBe(whole.nodes[1])
  })

  it('[PO4] a cancelled task rejects at once and the process goes on to others', async () => {
    // Once it is under way: compiling cannot be stopped in between.
    const task = explain({ nodes: 4096 })
    const running = await new Promise<ReturnType<typeof pool.run<'attribute'>>>((resolve) => {
      const begun = pool.run(task, 'interactive', { progress: () => resolve(begun) })
    })
    const started = performance.now()
    running.cancel()
    await expect(running.result).rejects.toMatchObject({ kind: 'cancelled' })
    expect(performance.now() - started).toBeLessThan(200)
    const { ids } = await pool.run({ kind: 'tokenize', checkpoint: folder, text: other.text }, 'interactive').result
    expect(ids).toEqual(other.input_ids)
  })

  it('[PO5] an interactive task overtakes a background one', async () => {
    const order: string[] = []
    const background = pool.run(explain({ nodes: 96 }), 'background').result.then(() => order.push('background'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    const click = pool.run(explain({ tolerance: 0.1 }), 'interactive').result.then(() => order.push('interactive'))
    await Promise.all([background, click])
    expect(order).toEqual(['interactive', 'background'])
  })

  it("[PO6] a user's error keeps its kind and words", async () => {
    const task = { ...explain({ tolerance: 0.01 }), source: [1, 99999] }
    await expect(pool.run(task, 'interactive').result).rejects.toMatchObject({
      kind: 'bad-input',
      message: 'input_ids holds 99999, but token ids go from 0 to 2172',
    })
    const missing = { kind: 'inspect', checkpoint: '/nowhere' } as const
    await expect(pool.run(missing, 'interactive').result).rejects.toMatchObject({ kind: 'bad-checkpoint' })
  })

  it('[PO7] a process that is killed rejects its tasks as crashed, and another takes its place', async () => {
    const running = pool.run(explain({ nodes: 4096 }), 'interactive')
    const [pid] = pool.pids()
    process.kill(pid!, 'SIGKILL')
    await expect(running.result).rejects.toMatchObject({ kind: 'crashed' })
    expect(lines.join('\n')).toContain('a compute process ended (SIGKILL); starting another')
    const summary = await pool.run({ kind: 'inspect', checkpoint: folder }, 'interactive').result
    expect(summary).toMatchObject({
      architecture: 'marian',
      kind: 'encoder-decoder',
      vocabulary: 2173,
      parameters: 1668861,
    })
    expect(summary.revision).toMatch(/^[0-9a-f]{64}$/)
  })
})
