/** Running small graphs in tests. */
import { input } from '#compute/graph/node.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { DataType, Shape, Size, Value } from '#compute/graph/value.ts'
import { openSession } from '#compute/runtime/session.ts'
import type { Session } from '#compute/runtime/session.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'

export const openGraph = (graph: Graph): Promise<Session> =>
  openSession(graph, { folder: '/', device: 'cpu', threads: 1, repack: 0 })

/** Runs a graph once. */
export async function runGraph(
  inputs: readonly Value[],
  outputs: Readonly<Record<string, Value>>,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const graph: Graph = {
    name: 'test',
    inputs,
    outputs: Object.entries(outputs).map(([name, value]) => ({ name, value })),
  }
  const session = await openGraph(graph)
  try {
    return await session.run(feeds)
  } finally {
    await session.close()
  }
}

/** Inputs named x0, x1, …; a string in a shape is a size known at run time. */
export function inputsOf(shapes: readonly (readonly (number | string)[])[], dtype: DataType): readonly Value[] {
  const sizes = new Map<string, Size>()
  const sizeNamed = (name: string): Size => {
    const size = sizes.get(name) ?? makeSize(name)
    sizes.set(name, size)
    return size
  }
  return shapes.map((shape, i) => {
    const dims: Shape = shape.map((dim) => (typeof dim === 'number' ? dim : sizeNamed(dim)))
    return input(`x${i}`, dtype, dims)
  })
}
