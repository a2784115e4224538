/** Points out of the files of a corpus: the states of one layer at a time, so that no more of them is ever in memory. */
import { closeSync, openSync, readSync, fstatSync } from 'node:fs'
import { parseHeader, prefixBytes, readHeaderLength } from '#compute/checkpoint/safetensors.ts'
import type { StoredTensor } from '#compute/checkpoint/safetensors.ts'
import { ComputeError } from '#compute/errors.ts'
import type { StateFile, StateMatrix, StoredStates } from '#compute/types.ts'

/** States whose files have been looked at. */
export interface OpenStates {
  readonly count: number
  readonly layers: number
  readonly width: number
  /** The points of one layer; yields between files, since reading holds up the thread. */
  readonly read: (layer: number) => Generator<void, StateMatrix>
}

interface Opened extends StateFile {
  readonly tensor: StoredTensor
}

/** States that take no more bytes than this are read once and kept: opening hundreds of files for each layer costs more. */
const mostKept = 128 * 2 ** 20

/** Looks at the files of states. Throws kind `bad-input` where they are not of one model. */
export function openStates({ tensor, files, count }: StoredStates): OpenStates {
  const opened = files.map((file): Opened => ({ ...file, tensor: findTensor(file.path, tensor) }))
  const [first] = opened
  if (first === undefined) throw new ComputeError('bad-input', 'There are no points to project')
  const [layers, width] = depthAndWidth(tensor, first.tensor)
  for (const file of opened) {
    const [otherLayers, otherWidth] = depthAndWidth(tensor, file.tensor)
    if (otherLayers === layers && otherWidth === width) continue
    throw new ComputeError(
      'bad-input',
      `The hidden states are of different models: ${layers} layers of ${width} numbers, and ${otherLayers} of ${otherWidth}; write the outputs again`,
    )
  }
  const all = Array.from({ length: layers }, (_, layer) => layer)
  const wanted = { tensor, layers, width, count }
  const fits = 4 * layers * count * width <= mostKept
  let kept: readonly StateMatrix[] | null = null
  return {
    count,
    layers,
    width,
    *read(layer) {
      if (!fits) return (yield* readLayers(opened, [layer], wanted))[0]!
      kept ??= yield* readLayers(opened, all, wanted)
      return kept[layer]!
    },
  }
}

function findTensor(path: string, name: string): StoredTensor {
  return withFile(path, (handle) => {
    const { size } = fstatSync(handle)
    const length = readHeaderLength(readAt(handle, 0, prefixBytes), size, path)
    const found = parseHeader(readAt(handle, prefixBytes, length), size, path).get(name)
    if (found?.dtype === 'F32' && found.shape.length === 3) return found
    throw new ComputeError('bad-input', `${path} holds no hidden states "${name}"; write the outputs again`)
  })
}

/** `source` [instances, layers, width], `steps` [layers, steps, width] */
const depthAndWidth = (name: string, { shape }: StoredTensor): readonly [layers: number, width: number] => [
  name === 'source' ? shape[1]! : shape[0]!,
  shape[2]!,
]

interface Wanted {
  readonly tensor: StoredStates['tensor']
  readonly layers: number
  readonly width: number
  readonly count: number
}

/** The points of some layers, one file after the other. */
function* readLayers(
  files: readonly Opened[],
  chosen: readonly number[],
  { tensor, layers, width, count }: Wanted,
): Generator<void, readonly StateMatrix[]> {
  const matrices = chosen.map(() => ({ rows: count, width, data: new Float32Array(count * width) }))
  const targets = matrices.map(({ data }) => new Uint8Array(data.buffer))
  const size = 4 * width
  for (const { path, rows, points, tensor: stored } of files) {
    const total = stored.shape[1]!
    withFile(path, (handle) => {
      const copy = (bytes: Uint8Array, layer: number): void =>
        rows.forEach((row, at) => {
          const place = tensor === 'source' ? row * layers + layer : layer * total + row
          const read = readSync(handle, bytes, points[at]! * size, size, stored.offset + place * size)
          if (read < size) throw new ComputeError('bad-input', `${path} ends early; write the outputs again`)
        })
      chosen.forEach((layer, at) => copy(targets[at]!, layer))
    })
    yield
  }
  return matrices
}

function withFile<T>(path: string, use: (handle: number) => T): T {
  const handle = openSync(path, 'r')
  try {
    return use(handle)
  } finally {
    closeSync(handle)
  }
}

function readAt(handle: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, readSync(handle, bytes, 0, length, position))
}
