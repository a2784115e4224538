/**
 * Panels on the path of one layer's attention, shared by a few targets. Each panel is one Gauss-Radau rule with a node at its
 * start, so F is known at both ends of it: its end is the next panel's start, or the input. F and its slope are known at the
 * nodes between too, which tells the error of the rule from one node to the next: errors that happen to cancel in the gap are
 * seen. The panel with the largest errors is halved until they are small.
 */
import type { AttentionPlace } from '#compute/types.ts'
import type { AttentionPath, AttentionSample } from './attention-path.ts'
import { allowedGap } from './grid.ts'
import { gaussRadau, partialWeights } from './quadrature.ts'
import type { Rule } from './quadrature.ts'

/** The result of one target at one place. */
export interface PlaceResult {
  /** [heads, query, key] */
  readonly attribution: Float32Array
  readonly baselineObjective: number
  readonly nodes: number
  readonly converged: boolean
}

/** Exact up to degree 6: F is smooth along the attention of one layer, and rarely needs a second round. */
const nodesPerPanel = 4

/** Panels narrower than this are below the resolution of float32. */
const narrowest = 2 ** -14

/** Errors of panels may cancel, but not many times over: this bounds their absolute sum, in units of the allowed gap. */
const mostCancelled = 5

interface Span {
  readonly from: number
  readonly to: number
}

interface Panel extends Span {
  readonly parts: ReadonlyMap<number, Part>
}

/** What a panel is for one target. */
interface Part {
  /** F and dF/dα at every node. */
  readonly objective: readonly number[]
  readonly slope: readonly number[]
  /** [heads, query, key], and the sum of that. */
  readonly integral: Float32Array
  readonly total: number
}

export interface Panels {
  /** Targets that still need nodes. */
  readonly active: () => readonly number[]
  /** Takes the whole path, or halves the worst panel, and gives the results of the targets it was done for. */
  readonly refine: (mostNodes: number) => Promise<ReadonlyMap<number, PlaceResult>>
}

export function openPanels(
  path: AttentionPath,
  place: AttentionPlace,
  targets: readonly number[],
  tolerance: number,
): Panels {
  let active = targets
  let panels: readonly Panel[] = []
  let nodes = 0

  async function halve(worst: Panel): Promise<readonly Panel[]> {
    const middle = (worst.from + worst.to) / 2
    const first = await samplePanel(path, place, active, { from: worst.from, to: middle })
    const second = await samplePanel(path, place, active, { from: middle, to: worst.to })
    return panels.flatMap((panel) => (panel === worst ? [first, second] : [panel]))
  }

  return {
    active: () => active,
    refine: async (mostNodes) => {
      const worst = worstPanel(path, panels, active, tolerance)
      panels = worst === null ? [await samplePanel(path, place, active, { from: 0, to: 1 })] : await halve(worst)
      nodes += worst === null ? nodesPerPanel : 2 * nodesPerPanel
      const results = new Map(active.map((target) => [target, evaluate(path, panels, target, tolerance, nodes)]))
      const isExhausted = nodes + 2 * nodesPerPanel > mostNodes || panels.every((panel) => isNarrow(panel))
      active = active.filter((target) => !isExhausted && !results.get(target)!.isSettled)
      return results
    },
  }
}

const isNarrow = ({ from, to }: Span): boolean => to - from <= narrowest

async function samplePanel(
  path: AttentionPath,
  place: AttentionPlace,
  targets: readonly number[],
  span: Span,
): Promise<Panel> {
  const { nodes, weights } = gaussRadau(nodesPerPanel)
  const width = span.to - span.from
  const rule = {
    nodes: nodes.map((node) => span.from + node * width),
    weights: weights.map((weight) => weight * width),
  }
  const { objective, slope, integrals } = await applyRule(path, place, targets, rule)
  const parts = targets.map((target, k): [number, Part] => {
    const integral = integrals[k]!
    return [target, { objective: objective[k]!, slope: slope[k]!, integral, total: totalOf(integral) }]
  })
  return { ...span, parts: new Map(parts) }
}

/** Σ weight · integrand over all nodes of a rule, in as many runs as they need, and what is known at every node. */
export async function applyRule(
  path: AttentionPath,
  place: AttentionPlace,
  targets: readonly number[],
  rule: Rule,
): Promise<AttentionSample> {
  const objective: number[][] = targets.map(() => [])
  const slope: number[][] = targets.map(() => [])
  const integrals: Float32Array[] = []
  for (let done = 0; done < rule.nodes.length;) {
    const end = done + Math.max(1, Math.floor(path.pairsPerRun() / targets.length))
    const nodes = [...rule.nodes.subarray(done, end)]
    const sample = await path.sample(place, targets, nodes, [...rule.weights.subarray(done, end)])
    targets.forEach((_, k) => {
      objective[k]!.push(...sample.objective[k]!)
      slope[k]!.push(...sample.slope[k]!)
      const found = sample.integrals[k]!
      integrals[k] = integrals[k] === undefined ? found : add(integrals[k], found)
    })
    done += nodes.length
  }
  return { objective, slope, integrals }
}

function add(sum: Float32Array, more: Float32Array): Float32Array {
  for (let i = 0; i < sum.length; i++) sum[i]! += more[i]!
  return sum
}

/** In double precision: the gap is a small difference of large sums. */
export const totalOf = (numbers: Float32Array): number => numbers.reduce((sum, number) => sum + number, 0)

interface PanelError {
  /** The integral less the change of F. */
  readonly whole: number
  /** The same from each node to the next, without their signs. */
  readonly spread: number
}

function panelErrors({ objective }: AttentionPath, panels: readonly Panel[], target: number): readonly PanelError[] {
  const { nodes } = gaussRadau(nodesPerPanel)
  const rows = partialWeights(nodes)
  return panels.map(({ from, to, parts }, i) => {
    const { objective: inside, slope, total } = parts.get(target)!
    const end = panels[i + 1]?.parts.get(target)!.objective[0] ?? objective[target]!
    const sums = rows.map((row) => (to - from) * row.reduce((sum, weight, q) => sum + weight * slope[q]!, 0))
    const errors = [...sums.map((sum, q) => sum - (inside[q + 1]! - inside[0]!)), total - (end - inside[0]!)]
    const spread = errors.reduce((sum, error, q) => sum + Math.abs(error - (errors[q - 1] ?? 0)), 0)
    return { whole: errors.at(-1)!, spread }
  })
}

const changeOf = ({ objective }: AttentionPath, panels: readonly Panel[], target: number): number =>
  objective[target]! - panels[0]!.parts.get(target)!.objective[0]!

/** The panel with the largest errors, in units of what each target allows; null where there is none yet. */
function worstPanel(
  path: AttentionPath,
  panels: readonly Panel[],
  active: readonly number[],
  tolerance: number,
): Panel | null {
  const blame = panels.map(() => 0)
  for (const target of active) {
    if (panels.length === 0) break
    const allowed = allowedGap(tolerance, changeOf(path, panels, target))
    panelErrors(path, panels, target).forEach(({ spread }, i) => (blame[i]! += spread / allowed))
  }
  const wide = panels.filter((panel) => !isNarrow(panel))
  return wide.reduce<Panel | null>(
    (worst, panel) => (worst === null || blame[panels.indexOf(panel)]! > blame[panels.indexOf(worst)]! ? panel : worst),
    null,
  )
}

function evaluate(
  path: AttentionPath,
  panels: readonly Panel[],
  target: number,
  tolerance: number,
  nodes: number,
): PlaceResult & { readonly isSettled: boolean } {
  const errors = panelErrors(path, panels, target)
  const gap = errors.reduce((sum, { whole }) => sum + whole, 0)
  const spread = errors.reduce((sum, error) => sum + error.spread, 0)
  const allowed = allowedGap(tolerance, changeOf(path, panels, target))
  const parts = panels.map((panel) => panel.parts.get(target)!)
  const attribution = parts[0]!.integral.slice()
  for (const { integral } of parts.slice(1)) add(attribution, integral)
  const converged = Math.abs(gap) <= allowed
  const isSettled = converged && spread <= mostCancelled * allowed
  return { attribution, baselineObjective: parts[0]!.objective[0]!, nodes, converged, isSettled }
}
