import { encodeSafetensors, type FileTensor } from '#compute/index.ts'
import type { Attribution, PartialAttribution } from '#compute/types.ts'

/** The parts of an attribution that have arrived, merged. */
export interface Accumulator {
  /** How many targets have converged so far. */
  readonly converged: number
  /** Takes a part in; its targets replace what was known of them. */
  merge(part: PartialAttribution): void
  /** What arrived since the last call, or null. */
  takeNews(): PartialAttribution | null
  /** All that is known so far, or null. */
  all(): PartialAttribution | null
  /** The targets that need no more work, for an attempt that goes on where this one ended. */
  finished(): PartialAttribution | null
}

type Rows = Pick<Attribution, 'source' | 'prefix'>

export function makeAccumulator(): Accumulator {
  const known = new Map<number, PartialAttribution>()
  const news = new Set<number>()
  const converged = (): number[] => [...known.keys()].filter((target) => known.get(target)?.converged[0] === 1)
  const joinOf = (targets: Iterable<number>): PartialAttribution | null =>
    join([...targets].sort((a, b) => a - b).map((target) => known.get(target)))
  return {
    get converged() {
      return converged().length
    },
    merge(part) {
      part.targets.forEach((target, row) => {
        known.set(target, pick(part, row))
        news.add(target)
      })
    },
    takeNews() {
      const part = joinOf(news)
      news.clear()
      return part
    },
    all: () => joinOf(known.keys()),
    finished: () => joinOf(converged()),
  }
}

/** One target of a part, as a part of its own. */
function pick(part: PartialAttribution, row: number): PartialAttribution {
  const slice = (name: keyof Rows): Float32Array => {
    const width = part[name].length / part.targets.length
    return part[name].slice(row * width, (row + 1) * width)
  }
  return {
    targets: [part.targets[row]!],
    source: slice('source'),
    prefix: slice('prefix'),
    objective: part.objective.slice(row, row + 1),
    baselineObjective: part.baselineObjective.slice(row, row + 1),
    gap: part.gap.slice(row, row + 1),
    nodes: part.nodes.slice(row, row + 1),
    converged: part.converged.slice(row, row + 1),
  }
}

function join(parts: readonly (PartialAttribution | undefined)[]): PartialAttribution | null {
  const given = parts.filter((part) => part !== undefined)
  if (given.length === 0) return null
  const floats = (name: 'source' | 'prefix' | 'objective' | 'baselineObjective' | 'gap'): Float32Array =>
    Float32Array.from(given.flatMap((part) => [...part[name]]))
  return {
    targets: given.flatMap(({ targets }) => targets),
    source: floats('source'),
    prefix: floats('prefix'),
    objective: floats('objective'),
    baselineObjective: floats('baselineObjective'),
    gap: floats('gap'),
    nodes: Int32Array.from(given.flatMap((part) => [...part.nodes])),
    converged: Uint8Array.from(given.flatMap((part) => [...part.converged])),
  }
}

/** The tensors of a result, named as in server/wire/attributions.ts. K targets, n source tokens, m prefix tokens. */
export function toTensors(attribution: Attribution): Record<string, FileTensor> {
  const rows = attribution.objective.length
  const matrix = (data: Float32Array): FileTensor => ({
    dtype: 'F32',
    shape: [rows, rows === 0 ? 0 : data.length / rows],
    data,
  })
  const vector = (data: Float32Array): FileTensor => ({ dtype: 'F32', shape: [rows], data })
  return {
    source: matrix(attribution.source),
    prefix: matrix(attribution.prefix),
    objective: vector(attribution.objective),
    baselineObjective: vector(attribution.baselineObjective),
    gap: vector(attribution.gap),
    nodes: { dtype: 'I32', shape: [rows], data: attribution.nodes },
    converged: { dtype: 'U8', shape: [rows], data: attribution.converged },
  }
}

/** A part as the bytes that travel to browsers. */
export function encodePart(part: PartialAttribution): Uint8Array {
  const targets: FileTensor = { dtype: 'I32', shape: [part.targets.length], data: Int32Array.from(part.targets) }
  return encodeSafetensors({ ...toTensors(part), targets })
}
