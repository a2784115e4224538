import { input } from '#compute/graph/node.ts'
import { matMul } from '#compute/ops/matrix.ts'
import type { Device } from '#compute/types.ts'
import { openSession } from './session.ts'
import { floats } from './tensor.ts'

/** Side of the matrices of the benchmark: large enough for the full rate, a few milliseconds long. */
const side = 768
const repetitions = 5

/** Floating-point operations per second of a square float32 product on a device: the best of a few. */
export async function measureRate(device: Device, threads: number): Promise<number> {
  const shape = [side, side]
  const [a, b] = [input('a', 'float32', shape), input('b', 'float32', shape)]
  const graph = { name: 'benchmark', inputs: [a, b], outputs: [{ name: 'y', value: matMul(a, b) }] }
  const session = await openSession(graph, { folder: '.', device, threads, repack: 0 })
  try {
    const feed = floats(shape, new Float32Array(side * side).fill(1 / side))
    let best = Infinity
    for (let i = 0; i < repetitions; i++) {
      const started = performance.now()
      await session.run({ a: feed, b: feed })
      if (i > 0) best = Math.min(best, performance.now() - started)
    }
    return (2 * side ** 3) / (best / 1000)
  } finally {
    await session.close()
  }
}
