/** Forward pass and input gradient at equal nodes, the step that everything else repeats. */
import { openPath } from '#compute/attribution/path.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { measureRate } from '#compute/runtime/benchmark.ts'
import { options } from '#tests/support/options.ts'
import { duration, median, share, times, type Row } from '../support/report.ts'
import type { Reference } from '../support/reference.ts'
import { questionOf, settle, timed } from './workload.ts'

export interface NodeTimes {
  readonly ours: readonly number[]
  readonly reference: readonly number[]
  /** Floating-point operations per second of one square product, measured between the pairs. */
  readonly rates: readonly number[]
  readonly operations: number
}

/** Pairs of runs, ours and the reference's by turns, each of `nodes` nodes; seconds per node. */
export async function measureNodes(
  engine: Engine,
  reference: Reference | null,
  problem: Problem,
  { pairs, nodes, threads }: { readonly pairs: number; readonly nodes: number; readonly threads: number },
): Promise<NodeTimes> {
  const path = await openPath(engine, problem, { ...options, unknownId: null })
  const alphas = Array.from({ length: nodes }, (_, i) => (i + 0.5) / nodes)
  const ours: number[] = []
  const theirs: number[] = []
  const rates: number[] = []
  for (let pair = -1; pair < pairs; pair++) {
    await settle()
    rates.push(await measureRate('cpu', threads))
    const [seconds] = await timed(() => path.sample([0], alphas))
    const answer = await reference?.ask<{ readonly seconds: number }>({
      task: 'node',
      ...questionOf(engine, problem, 0),
      batch: nodes,
    })
    if (pair < 0) continue // warm-up
    ours.push(seconds / nodes)
    if (answer !== undefined) theirs.push(answer.seconds)
  }
  return { ours, reference: theirs, rates, operations: operationsOf(engine, problem) }
}

/**
 * Multiplications and additions of the matrix products in one node with one target at the end: forward, and backward by the
 * inputs alone. In the last layer only the target's row passes query, projection and feed-forward, whose inner width is four
 * times the outer one.
 */
function operationsOf({ model }: Engine, { source, prefix }: Problem): number {
  const { width, layers } = model
  const read = source.length
  const weights = (rows: number, matrices: number): number => 2 * rows * matrices * width ** 2
  /** Scores and mixing, whose backward pass has twice as many products. */
  const attend = (queries: number, keys: number): number => 3 * 2 * 2 * queries * keys * width
  const tokens = (prefix ?? source).length
  const decoder = (rows: number): number =>
    prefix === null
      ? 2 * (weights(tokens, 2) + weights(rows, 2 + 8)) + attend(rows, tokens)
      : 2 * (weights(tokens + read, 2) + weights(rows, 4 + 8)) + attend(rows, tokens) + attend(rows, read)
  const encoder = 2 * weights(read, 4 + 8) + attend(read, read)
  const stacks = layers.encoder * encoder + (layers.decoder - 1) * decoder(tokens) + decoder(1)
  return stacks + 2 * 2 * width * model.vocabulary.output
}

export function nodeRows(what: string, { ours, reference, rates, operations }: NodeTimes): readonly Row[] {
  const own = median(ours)
  const rate = operations / own
  const ratios = reference.map((seconds, i) => seconds / ours[i]!)
  return [
    {
      what: `${what}: forward + input gradient, per node`,
      ours: duration(own),
      reference: reference.length === 0 ? '' : `PyTorch ${duration(median(reference))}`,
      ratio: reference.length === 0 ? '' : times(median(ratios)),
      goal: '≥ 1.5 ×',
    },
    {
      what: `${what}: share of the measured matrix-product rate`,
      ours: `${(rate / 1e9).toFixed(0)} of ${(median(rates) / 1e9).toFixed(0)} GFLOP/s`,
      reference: '',
      ratio: share(rate / median(rates)),
      goal: '≥ 70 %',
    },
  ]
}
