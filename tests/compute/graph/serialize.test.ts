import { describe, expect, it } from 'vitest'
import { captures, nodesOf } from '#compute/graph/graph.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { weight } from '#compute/graph/node.ts'
import { serialize } from '#compute/graph/serialize.ts'
import { add, less, mul } from '#compute/ops/elementwise.ts'
import { loop } from '#compute/ops/loop.ts'
import { matMul } from '#compute/ops/matrix.ts'
import { scalar } from '#compute/ops/constant.ts'
import { concat, flatten, reshape, slice, transpose, transposeLast } from '#compute/ops/shape.ts'
import { inputsOf, runGraph } from '#tests/support/graphs.ts'

const feed = (shape: readonly number[], ...numbers: readonly number[]) =>
  ({ dtype: 'float32', shape, data: Float32Array.from(numbers) }) as const

describe('graphs', () => {
  it('[GS1] outputs may be inputs, constants, or one value twice', async () => {
    const [x] = inputsOf([[2]], 'float32')
    const y = add(x!, 1)
    const outputs = { same: x!, one: scalar('float32', 7), first: y, second: y }
    const result = await runGraph([x!], outputs, { x0: feed([2], 1, 2) })
    expect(Object.fromEntries(Object.entries(result).map(([name, { data }]) => [name, [...data]]))).toEqual({
      same: [1, 2],
      one: [7],
      first: [2, 3],
      second: [2, 3],
    })
  })

  it('[GS2] sizes known only at run time reshape, merge and split', async () => {
    const [x] = inputsOf([['q', 'n', 4]], 'float32')
    const [q, n] = x!.shape as [never, never, number]
    const merged = flatten(x!)
    const back = reshape(transpose(reshape(merged, [q, n, 2, 2]), [0, 2, 1, 3]), [q, 2, n, 2])
    const numbers = Array.from({ length: 24 }, (_, i) => i)
    const { merged: flat, back: split } = await runGraph([x!], { merged, back }, { x0: feed([2, 3, 4], ...numbers) })
    expect(flat!.shape).toEqual([6, 4])
    expect(split!.shape).toEqual([2, 2, 3, 2])
    expect([...split!.data].slice(0, 6)).toEqual([0, 1, 4, 5, 8, 9])
  })

  it('[GS3] two transpositions are one, or none', () => {
    const [x] = inputsOf([[2, 3, 4]], 'float32')
    expect(transposeLast(transposeLast(x!))).toBe(x)
    expect(transpose(transpose(x!, [2, 0, 1]), [2, 0, 1]).node.inputs[0]).toBe(x)
  })

  it('[GS4] a loop carries state, uses values from around it, and stops when it is told', async () => {
    const [x] = inputsOf([[2]], 'float32')
    const doubled = mul(x!, 2)
    const { state, collected } = loop(scalar('int64', 5), [x!], [null], (turn, [before]) => {
      const next = add(before!, doubled)
      return { goesOn: less(turn, 2), state: [next], collected: [next] }
    })
    const body = state[0]!.node.attributes['body'] as { readonly graph: Graph }
    expect(captures(body.graph)).toContain(doubled)
    const result = await runGraph([x!], { last: state[0]!, all: collected[0]! }, { x0: feed([2], 1, 10) })
    expect([...result['last']!.data]).toEqual([7, 70])
    expect([...result['all']!.data]).toEqual([3, 30, 5, 50, 7, 70])
  })

  it('[GS5] shapes that cannot fit are refused when the graph is built, with both shapes', () => {
    const [a, b] = inputsOf(
      [
        [2, 3],
        [4, 5],
      ],
      'float32',
    )
    expect(() => add(a!, b!)).toThrow('Add: [2, 3] and [4, 5] do not fit')
    expect(() => matMul(a!, b!)).toThrow('[2, 3] × [4, 5]: inner sizes must agree')
    expect(() => slice(a!, 1, 2, 9)).toThrow(/slice 2 to 9 of \[2, 3\]/)
    expect(() => concat([], 0)).toThrow(/nothing to concatenate/)
  })

  it('[GS6] a weight outside the folder that the runtime may read is our own fault, and said', () => {
    const w = weight({ name: 'w', file: '/elsewhere/w', offset: 0, length: 4 }, [1])
    const graph = { name: 'g', inputs: [], outputs: [{ name: 'y', value: add(w, 1) }] }
    expect(() => serialize(graph, '/here')).toThrow(/internal: .* lies outside/)
  })

  it('[GS7] nodes come after what they read, in graphs deeper than the call stack', () => {
    const [x] = inputsOf([[1]], 'float32')
    let y = x!
    for (let i = 0; i < 50_000; i++) y = add(y, 1)
    const order = nodesOf({ name: 'deep', inputs: [x!], outputs: [{ name: 'y', value: y }] })
    const place = new Map(order.map((node, i) => [node, i]))
    const isOrdered = order.every((node, i) =>
      node.inputs.every((value) => value === null || place.get(value.node)! < i),
    )
    expect(isOrdered).toBe(true)
  })
})
