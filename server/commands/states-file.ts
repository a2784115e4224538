/** Points of a projection out of a safetensors file. */
import type { FileTensor } from '#compute/index.ts'
import type { NamedStates } from '#compute/local.ts'
import { readTensors } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

/** One layer of points, with what stands after its name in the results: nothing where there is one layer, else `.` and its number. */
export interface LayerStates extends NamedStates {
  readonly suffix: string
}

/**
 * The layers of a file: the tensor `wanted` or the tensors `wanted.0`, `wanted.1` …; without a name `states`, else the only matrix,
 * else all matrices where their names differ in their last number alone. A matrix is [n, d], or [1, n, d] as `forward` writes it.
 */
export async function readStates(path: string, wanted: string | undefined): Promise<readonly LayerStates[]> {
  const matrices = [...(await readTensors(path))].filter(([, tensor]) => isMatrix(tensor))
  const names = matrices.map(([name]) => name)
  const chosen = wanted === undefined ? chooseAll(names, path) : chooseNamed(names, wanted, path)
  const tensors = new Map(matrices)
  const layers = chosen.map((name) => toLayer(name, tensors.get(name)!, chosen.length === 1, path))
  return layers.toSorted((a, b) => Number(a.suffix.slice(1)) - Number(b.suffix.slice(1)))
}

const isMatrix = ({ dtype, shape }: FileTensor): boolean =>
  (dtype === 'F32' || dtype === 'F64') && (shape.length === 2 || (shape.length === 3 && shape[0] === 1))

/** `hidden.decoder.3` → `hidden.decoder` and `3`. */
const numbered = /^(.*?)\.?(\d+)$/

function chooseAll(names: readonly string[], path: string): readonly string[] {
  if (names.length === 0) {
    throw new UsageError(`${path} holds no matrix of floating-point numbers; states must have the shape [n, d]`)
  }
  if (names.includes('states')) return ['states']
  if (names.length === 1) return names
  const stems = new Set(names.map((name) => numbered.exec(name)?.[1] ?? name))
  if (stems.size === 1 && names.every((name) => numbered.test(name))) return names
  throw new UsageError(`${path} holds several matrices (${list(names)}); choose one, or layers, with --tensor NAME`)
}

function chooseNamed(names: readonly string[], wanted: string, path: string): readonly string[] {
  if (names.includes(wanted)) return [wanted]
  const layers = names.filter((name) => numbered.exec(name)?.[1] === wanted)
  if (layers.length > 0) return layers
  throw new UsageError(
    `${path} holds no matrix ${JSON.stringify(wanted)}, with or without a number; there are ${list(names)}`,
  )
}

const list = (names: readonly string[]): string =>
  names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ') || 'none'

function toLayer(name: string, { shape, data }: FileTensor, isOnly: boolean, path: string): LayerStates {
  const [rows, width] = shape.slice(-2) as [number, number] // a matrix
  const suffix = isOnly ? '' : `.${numbered.exec(name)![2]}`
  return { name: `${path}: ${name}`, rows, width, data: Float32Array.from(data as Float32Array | Float64Array), suffix }
}
