/** Attention attribution of one target, all layers, heads and kinds, beside the same in PyTorch, layer by layer. */
import { attentionAttribution } from '#compute/attribution/attention-attribution.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { AttentionAttribution, Quadrature } from '#compute/types.ts'
import { drain } from '#tests/support/generators.ts'
import { duration, median, times, type Row } from '../support/report.ts'
import type { Reference } from '../support/reference.ts'
import { questionOf, settle, timed } from './workload.ts'

const nodes = 20

interface ReferenceAnswer {
  /** One entry per layer and kind, in the order in which the model reaches them. */
  readonly seconds: readonly number[]
}

export interface AttentionTimes {
  /** The first time: programs are compiled too. */
  readonly first: number
  readonly ours: readonly number[]
  readonly adaptive: { readonly seconds: number; readonly nodes: number; readonly converged: string }
  readonly reference: number | null
  readonly layers: number
}

const explain = (engine: Engine, problem: Problem, quadrature: Quadrature): Promise<AttentionAttribution> => {
  const options = { objective: 'log-prob', contrast: null, kinds: null, quadrature } as const
  return drain(attentionAttribution(engine, problem, options, { focus: () => null, finished: [] }))
}

/** `batch` nodes side by side in the reference. */
export async function measureAttention(
  engine: Engine,
  reference: Reference | null,
  problem: Problem,
  { turns, batch }: { readonly turns: number; readonly batch: number },
): Promise<AttentionTimes> {
  await settle()
  const [first] = await timed(() => explain(engine, problem, { nodes }))
  const ours: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    await settle()
    ours.push((await timed(() => explain(engine, problem, { nodes })))[0])
  }
  await settle()
  const [seconds, result] = await timed(() => explain(engine, problem, { tolerance: 0.01 }))
  const question = { ...questionOf(engine, problem, 0), nodes, batch, layers: null }
  const answer = await reference?.ask<ReferenceAnswer>({ task: 'attention', ...question })
  const spent = result.layers.flatMap((layer) => [...layer.nodes])
  const converged = result.layers.flatMap((layer) => [...layer.converged])
  return {
    first,
    ours,
    adaptive: {
      seconds,
      nodes: median(spent),
      converged: `${converged.filter((flag) => flag === 1).length} of ${converged.length}`,
    },
    reference: answer === undefined ? null : answer.seconds.reduce((sum, layer) => sum + layer, 0),
    layers: result.layers.length,
  }
}

export function attentionRows(what: string, found: AttentionTimes): readonly Row[] {
  const { ours, adaptive, reference, first, layers } = found
  const beside = reference === null ? '' : `PyTorch ${duration(reference)}`
  const row = (name: string, text: string, seconds: number): Row => ({
    what: `${what}: attention attribution, one target, ${layers} layers, ${name}`,
    ours: text,
    reference: beside,
    ratio: reference === null ? '' : times(reference / seconds),
    goal: '≥ 5 ×',
  })
  const own = median(ours)
  return [
    row(`${nodes} nodes`, `${duration(own)} (the first time ${duration(first)})`, own),
    row(
      'to a gap of 1 %',
      `${duration(adaptive.seconds)}, ${adaptive.nodes} nodes, ${adaptive.converged} layers at the gap`,
      adaptive.seconds,
    ),
  ]
}
