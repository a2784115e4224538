/** The tensors of a checkpoint folder, wherever they lie, ready to be mapped as float32. */
import { dirname, join } from 'node:path'
import { ComputeError } from '#compute/errors.ts'
import type { StoredTensor } from './safetensors.ts'
import { openSideFile } from './side-file.ts'
import type { Located } from './side-file.ts'
import type { Weight, WeightFile } from './weight-file.ts'

export type { Weight } from './weight-file.ts'

/** All tensors by name, as float32, and the folder that holds their files. Names of one place share one weight. */
export interface Weights {
  readonly folder: string
  readonly tensors: ReadonlyMap<string, Weight>
  readonly bytes: number
}

const floating: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16'])

/**
 * The weights of a set of files. Float32 is mapped where it lies; any other floating type, or elements out of order, get one
 * float32 side file in `cache`, made once. Tensors of whole numbers and flags are masks and counters: graphs make their own.
 */
export async function openWeights(files: readonly WeightFile[], cache: string): Promise<Weights> {
  const all = files.flatMap(({ path, tensors }) => [...tensors.values()].map((tensor) => ({ path, tensor })))
  const needed = all.filter(({ tensor }) => floating.has(tensor.dtype))
  refuseTwins(needed)
  const places = new Map(needed.map(({ path, tensor }) => [placeKey(path, tensor), { path, tensor }]))
  const isMapped = needed.every(({ tensor }) => tensor.dtype === 'F32' && tensor.strides === undefined)
  const weights = isMapped ? mapInPlace(places) : await openSideFile(files, places, cache)
  return {
    folder: isMapped ? commonFolder(files.map(({ path }) => path)) : dirname([...weights.values()][0]!.file),
    tensors: new Map(needed.map(({ path, tensor }) => [tensor.name, weights.get(placeKey(path, tensor))!])),
    bytes: [...weights.values()].reduce((sum, { length }) => sum + length, 0),
  }
}

/** Same bytes read in the same way are one weight. */
const placeKey = (path: string, { dtype, offset, shape, strides = [] }: StoredTensor): string =>
  [path, dtype, offset, shape.join('x'), strides.join('x')].join('\0')

function refuseTwins(needed: readonly Located[]): void {
  const seen = new Set<string>()
  for (const { tensor } of needed) {
    if (seen.has(tensor.name))
      throw new ComputeError('bad-checkpoint', `tensor ${tensor.name} is in two files; keep one`)
    seen.add(tensor.name)
  }
}

const mapInPlace = (places: ReadonlyMap<string, Located>): ReadonlyMap<string, Weight> =>
  new Map(
    [...places].map(
      ([
        key,
        {
          path: file,
          tensor: { name, shape, offset, length },
        },
      ]) => [key, { name, file, shape, offset, length }],
    ),
  )

/** The deepest folder that all paths are in. */
function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0]!)
  while (!paths.every((path) => path.startsWith(join(folder, '/')))) folder = dirname(folder)
  return folder
}
