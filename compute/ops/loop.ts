/** Repeating a body inside the graph. */
import { makeNode } from '#compute/graph/node.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { Dim, Value } from '#compute/graph/value.ts'
import { scalar } from './constant.ts'

/** What one turn makes of its state: whether to go on, the next state, and values that are collected turn by turn. */
export interface Turn {
  readonly goesOn: Value
  readonly state: readonly Value[]
  readonly collected: readonly Value[]
}

export interface LoopResult {
  readonly state: readonly Value[]
  /** One entry per turn along a new first axis. */
  readonly collected: readonly Value[]
}

/**
 * At most `most` turns (int64 scalar) from an initial state. Sizes of the state that grow from turn to turn are given as
 * `growing`, one shape per value; null keeps the shape it has.
 */
export function loop(
  most: Value,
  initial: readonly Value[],
  growing: readonly (readonly Dim[] | null)[],
  body: (turn: Value, state: readonly Value[]) => Turn,
): LoopResult {
  const turn = input('turn', 'int64', [])
  const condition = input('condition', 'bool', [])
  const state = initial.map((value, i) => input(`state.${i}`, value.dtype, growing[i] ?? value.shape))
  const { goesOn, state: next, collected } = body(turn, state)
  const graph: Graph = {
    name: 'body',
    inputs: [turn, condition, ...state],
    outputs: [goesOn, ...next, ...collected].map((value, i) => ({ name: `result.${i}`, value })),
  }
  const outputs = [
    ...next.map(({ dtype }, i) => ({ dtype, shape: (growing[i] ?? initial[i]!.shape).map(anew) })),
    ...collected.map(({ dtype, shape }) => ({ dtype, shape: [makeSize('turns'), ...shape] })),
  ]
  const node = makeNode('Loop', [most, scalar('bool', 1), ...initial], { body: { graph } }, outputs)
  return { state: node.outputs.slice(0, next.length), collected: node.outputs.slice(next.length) }
}

/** Sizes inside the loop are not those outside it. */
const anew = (dim: Dim): Dim => (typeof dim === 'number' ? dim : makeSize(dim.name))
