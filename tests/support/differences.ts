/** Symbolic gradients beside central differences. */
import { makeRandom } from '#compute/generate/sample.ts'
import { backward } from '#compute/grad/backward.ts'
import { input } from '#compute/graph/node.ts'
import { makeSize } from '#compute/graph/value.ts'
import type { DataType, Value } from '#compute/graph/value.ts'
import { mul } from '#compute/ops/elementwise.ts'
import { sum } from '#compute/ops/reduce.ts'
import { elementCount } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import { inputsOf, openGraph } from './graphs.ts'

export interface GradientCase {
  /** Shapes of the inputs; a string is a size known only at run time (it is 3). */
  readonly shapes: readonly (readonly (number | string)[])[]
  readonly build: (...inputs: readonly Value[]) => Value
  /** Float32 where the runtime has no float64 kernel. */
  readonly dtype?: DataType
  /** Range of the inputs; keeps them off kinks and out of the domain of no logarithm. */
  readonly from?: number
  readonly to?: number
}

const targets = 2

/**
 * F_k = Σ c_k ∘ y for two random c, differentiated with one gradient per k. Returns the largest difference between symbolic and
 * central differences, relative to the largest gradient, over all inputs and targets.
 */
export async function gradientError(gradientCase: GradientCase, seed: number): Promise<number> {
  const { shapes, build, dtype = 'float64', from = -1, to = 1 } = gradientCase
  const inputs = inputsOf(shapes, dtype)
  const y = build(...inputs)
  const kept = makeSize('targets')
  const c = input('c', dtype, [kept, ...y.shape])
  const axes = y.shape.map((_, i) => i + 1)
  const f = sum(mul(c, y), axes)
  const gradients = backward(f, inputs, { kept })
  const outputs = gradients.flatMap((value, i) => (value === null ? [] : [{ name: `g${i}`, value }]))
  const forward = { name: 'forward', inputs: [...inputs, c], outputs: [{ name: 'f', value: f }] }
  const probe = await openGraph({ name: 'shape', inputs, outputs: [{ name: 'y', value: y }] })
  const session = await openGraph(forward)
  const derived = await openGraph({ ...forward, name: 'gradient', outputs })
  try {
    const random = makeRandom(seed)
    const draw = (shape: readonly number[], low: number, high: number): Tensor => {
      const numbers = Array.from({ length: elementCount(shape) }, () => low + (high - low) * random())
      return { dtype, shape, data: dtype === 'float64' ? Float64Array.from(numbers) : Float32Array.from(numbers) }
    }
    const sizes = shapes.map((shape) => shape.map((dim) => (typeof dim === 'number' ? dim : 3)))
    const feeds: Record<string, Tensor> = Object.fromEntries(sizes.map((shape, i) => [`x${i}`, draw(shape, from, to)]))
    const { y: result } = await probe.run(feeds)
    feeds['c'] = draw([targets, ...result!.shape], -1, 1)
    const symbolic = await derived.run(feeds)
    let worst = 0
    for (const [i, shape] of sizes.entries()) {
      const step = dtype === 'float64' ? 1e-5 : 1e-2
      const expected = await centralDifferences(session, feeds, `x${i}`, elementCount(shape), step)
      const found = symbolic[`g${i}`]?.data ?? new Float64Array(targets * elementCount(shape))
      const scale = Math.max(1e-3, ...expected.map(Math.abs))
      for (const [j, number] of expected.entries()) worst = Math.max(worst, Math.abs(Number(found[j]) - number) / scale)
    }
    return worst
  } finally {
    await Promise.all([probe.close(), session.close(), derived.close()])
  }
}

type Run = (feeds: Record<string, Tensor>) => Promise<Readonly<Record<string, Tensor>>>

/** (F(x + h) − F(x − h)) / 2h for every entry of one input, target by target. */
async function centralDifferences(
  session: { readonly run: Run },
  feeds: Readonly<Record<string, Tensor>>,
  name: string,
  count: number,
  step: number,
): Promise<number[]> {
  const tensor = feeds[name]!
  const at = async (entry: number, delta: number): Promise<number[]> => {
    const data = tensor.data.slice() as Float64Array // inputs are floating point
    data[entry]! += delta
    const { f } = await session.run({ ...feeds, [name]: { ...tensor, data } })
    return Array.from(f!.data, Number)
  }
  const differences = new Array<number>(targets * count)
  for (let entry = 0; entry < count; entry++) {
    const [above, below] = [await at(entry, step), await at(entry, -step)]
    for (let k = 0; k < targets; k++) differences[k * count + entry] = (above[k]! - below[k]!) / (2 * step)
  }
  return differences
}
