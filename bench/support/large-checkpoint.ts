/** A GPT-2 shape of any size, written piece by piece: its weights never are in memory. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { makeRandom } from '#compute/generate/sample.ts'
import { gpt2Shape, writeConfigs } from './random-checkpoint.ts'

interface Planned {
  readonly name: string
  readonly shape: readonly number[]
  readonly deviation: number
  readonly centre: number
}

const pieceFloats = 2 ** 20

/** Writes configuration and weights; every tensor repeats one piece of random numbers. */
export function makeLargeCheckpoint(folder: string, layers: number, width: number): void {
  const shape = gpt2Shape({ layers, width, heads: width / 64 })
  const planned: Planned[] = []
  shape.write((name, dims, deviation, centre) => void planned.push({ name, shape: dims, deviation, centre }))
  writeConfigs(folder, shape)
  writeWeights(join(folder, 'model.safetensors'), planned)
}

function writeWeights(path: string, planned: readonly Planned[]): void {
  const random = makeRandom(1)
  // Uniform numbers of the deviation asked for: only sizes matter here.
  const noise = Float32Array.from({ length: pieceFloats }, () => (random() - 0.5) * Math.sqrt(12))
  let offset = 0
  const entries = planned.map(({ name, shape }) => {
    const from = offset
    offset += shape.reduce((product, dim) => product * dim, 4)
    return [name, { dtype: 'F32', shape, data_offsets: [from, offset] }] as const
  })
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(json.byteLength))
  const file = openSync(path, 'w')
  writeSync(file, prefix)
  writeSync(file, json)
  for (const { shape, deviation, centre } of planned) {
    const piece = noise.map((number) => centre + deviation * number)
    const count = shape.reduce((product, dim) => product * dim, 1)
    for (let done = 0; done < count; done += pieceFloats) {
      writeSync(file, new Uint8Array(piece.buffer, 0, 4 * Math.min(pieceFloats, count - done)))
    }
  }
  closeSync(file)
}
