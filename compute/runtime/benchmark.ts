import { input } from '#compute/graph/node.ts'
import { matMul } from '#compute/ops/matrix.ts'
import type { Device } from '#compute/types.ts'
import { openSession } from './session.ts'
import { floats } from './tensor.ts'

/** Side of the matrices of the benchmark: large enough for the full rate, a few milliseconds long. */
const side = 768
const repetitions = 5

/** Tried first: a device that needs this long for it is a software driver, which the full size would keep busy for a minute. */
const smallSide = 192
const slowProduct = 0.02

/** Floating-point operations per second of a square float32 product on a device: the best of a few. */
export async function measureRate(device: Device, threads: number): Promise<number> {
  const small = await timeProduct(device, threads, smallSide)
  if (small > slowProduct) return (2 * smallSide ** 3) / small
  return (2 * side ** 3) / (await timeProduct(device, threads, side))
}

/** Seconds of one product, the first run left out: it compiles. */
async function timeProduct(device: Device, threads: number, size: number): Promise<number> {
  const shape = [size, size]
  const [a, b] = [input('a', 'float32', shape), input('b', 'float32', shape)]
  const graph = { name: 'benchmark', inputs: [a, b], outputs: [{ name: 'y', value: matMul(a, b) }] }
  const session = await openSession(graph, { folder: '.', device, threads, repack: 0 })
  try {
    const feed = floats(shape, new Float32Array(size * size).fill(1 / size))
    let best = Infinity
    for (let i = 0; i < repetitions; i++) {
      const started = performance.now()
      await session.run({ a: feed, b: feed })
      if (i > 0) best = Math.min(best, performance.now() - started)
    }
    return best / 1000
  } finally {
    await session.close()
  }
}
