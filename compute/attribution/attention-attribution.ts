/**
 * Attention attribution (Hao, Dong, Wei and Xu 2021): A ⊙ ∫₀¹ ∂F(αA)/∂A dα, all heads of one layer and kind scaled together
 * after the softmax and not renormalised, later layers computed from what that leaves. Summed over heads and entries it is
 * F(A) − F(0), for every layer by itself.
 */
import { ComputeError } from '#compute/errors.ts'
import type { Model } from '#compute/models/model.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type {
  AttentionAttribution,
  AttentionKind,
  AttentionOptions,
  AttentionPlace,
  PartialLayerAttribution,
  Progress,
  Quadrature,
} from '#compute/types.ts'
import { makeAttentionBoard } from './attention-board.ts'
import type { AttentionBoard } from './attention-board.ts'
import { applyRule, openPanels, totalOf } from './attention-panels.ts'
import type { PlaceResult } from './attention-panels.ts'
import { openAttentionPath } from './attention-path.ts'
import type { AttentionPath } from './attention-path.ts'
import { allowedGap } from './grid.ts'
import type { Problem } from './problem.ts'
import { checkQuadrature, gaussLegendre } from './quadrature.ts'

/** What the method reports between two runs: of one layer and kind, where something new is known. */
export interface AttentionStep {
  readonly progress: Progress
  readonly partial: PartialLayerAttribution | null
}

/** As `Control` of the other methods; `finished` are layers, kinds and targets that an earlier attempt has done. */
export interface AttentionControl {
  readonly focus: () => number | null
  readonly finished: readonly PartialLayerAttribution[]
}

export type AttentionSteps = AsyncGenerator<AttentionStep, AttentionAttribution>

/** Targets that share the forward pass of each node. */
const targetsPerChunk = 16

/** Integrals of the panels of a chunk, at most. */
const bytesPerChunk = 128 * 2 ** 20
const panelsAtOnce = 8

/** A target that needs more nodes than this at one place is marked as not converged. */
const mostNodes = 320

/** With a fixed number of nodes the flag still says whether the result would pass at one percent. */
const defaultTolerance = 0.01

/** The kinds of attention a model has. */
export const attentionKinds = ({ kind }: Model): readonly AttentionKind[] =>
  kind === 'decoder-only' ? ['decoder'] : ['encoder', 'decoder', 'cross']

/** Every layer of some kinds (null for all the model has). Fails on a kind it lacks. */
export function attentionPlaces(model: Model, kinds: readonly AttentionKind[] | null): readonly AttentionPlace[] {
  const known = attentionKinds(model)
  const missing = kinds?.find((kind) => !known.includes(kind))
  if (missing !== undefined) {
    throw new ComputeError('bad-input', `A ${model.kind} model has no ${missing} attention; it has ${known.join(', ')}`)
  }
  return (kinds ?? known).flatMap((kind) =>
    Array.from({ length: model.layers[kind === 'encoder' ? 'encoder' : 'decoder'] }, (_, layer) => ({ kind, layer })),
  )
}

/** Attributes the targets of a problem to the attention of every layer: the last layers, which cost least, first. */
export async function* attentionAttribution(
  engine: Engine,
  problem: Problem,
  options: AttentionOptions,
  control: AttentionControl,
): AttentionSteps {
  checkQuadrature(options.quadrature)
  const places = attentionPlaces(engine.model, options.kinds)
  const path = await openAttentionPath(engine, problem, options)
  const board = makeAttentionBoard(path, places, control.finished)
  const order = places.toSorted((a, b) => b.layer - a.layer)
  for (;;) {
    const targets = nextChunk(path, board, places, control.focus())
    if (targets.length === 0) return board.whole()
    const first = control.focus()
    for (const place of order) {
      const open = targets.filter((target) => !board.has(place, target))
      if (open.length > 0) yield* explainPlace(path, board, place, open, options.quadrature)
      const focus = control.focus()
      if (focus !== first && focus !== null && !targets.includes(focus) && !board.isWhole(focus)) break
    }
  }
}

/** The target somebody waits for alone, else the next few in order of their position (so that later tokens are cut away). */
function nextChunk(
  path: AttentionPath,
  board: AttentionBoard,
  places: readonly AttentionPlace[],
  focus: number | null,
): readonly number[] {
  const { targets } = path.problem
  if (focus !== null && focus < targets.length && !board.isWhole(focus)) return [focus]
  const open = [...targets.keys()].filter((target) => !board.isWhole(target))
  const entries = Math.max(...places.map((place) => path.shape(place).reduce((product, size) => product * size, 1)))
  const held = Math.floor(bytesPerChunk / (4 * panelsAtOnce * entries))
  const most = Math.max(1, Math.min(targetsPerChunk, path.pairsPerRun(), held))
  return open.toSorted((a, b) => targets[a]!.position - targets[b]!.position).slice(0, most)
}

/** One layer and kind for a few targets. */
async function* explainPlace(
  path: AttentionPath,
  board: AttentionBoard,
  place: AttentionPlace,
  targets: readonly number[],
  quadrature: Quadrature,
): AsyncGenerator<AttentionStep, void> {
  const report = (changed: readonly number[]): AttentionStep => ({
    progress: { stage: 'attention attributed', ...board.progress() },
    partial: board.partial(place, changed),
  })
  if ('nodes' in quadrature) {
    const results = await fixed(path, place, targets, quadrature.nodes)
    results.forEach((result, k) => board.put(place, targets[k]!, result, true))
    yield report(targets)
    return
  }
  const panels = openPanels(path, place, targets, quadrature.tolerance)
  while (panels.active().length > 0) {
    const results = await panels.refine(mostNodes)
    for (const [target, result] of results) board.put(place, target, result, !panels.active().includes(target))
    yield report([...results.keys()])
  }
}

/** One Gauss-Legendre rule, and the start of the path for F(0), which weighs nothing. */
async function fixed(
  path: AttentionPath,
  place: AttentionPlace,
  targets: readonly number[],
  count: number,
): Promise<readonly PlaceResult[]> {
  const rule = gaussLegendre(count)
  const { objective, integrals } = await applyRule(path, place, targets, {
    nodes: Float64Array.of(0, ...rule.nodes),
    weights: Float64Array.of(0, ...rule.weights),
  })
  return targets.map((target, k) => {
    const change = path.objective[target]! - objective[k]![0]!
    const gap = totalOf(integrals[k]!) - change
    return {
      attribution: integrals[k]!,
      baselineObjective: objective[k]![0]!,
      nodes: count,
      converged: Math.abs(gap) <= allowedGap(defaultTolerance, change),
    }
  })
}
