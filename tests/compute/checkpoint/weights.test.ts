import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { hashRevision, openCheckpoint } from '#compute/checkpoint/checkpoint.ts'
import { widen } from '#compute/checkpoint/widen.ts'
import { encodeSafetensors } from '#compute/index.ts'
import type { FileTensor } from '#compute/index.ts'
import { fixture, readTensors } from '#tests/support/golden.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-weights-'))
afterAll(() => rmSync(root, { recursive: true }))
const folder = (name: string): string => mkdtempSync(join(root, name))
const cache = join(root, 'cache')

const original = fixture('gpt2/checkpoint')
const tensors = [...readTensors(join(original, 'model.safetensors'))]

function withConfig(name: string): string {
  const made = folder(name)
  for (const file of ['config.json', 'generation_config.json']) copyFileSync(join(original, file), join(made, file))
  return made
}

const floatsOf = ({ data }: FileTensor): Float32Array => data as Float32Array

/** float16 bits of a float32, rounded to nearest even, for numbers that need no subnormals. */
function toHalf(number: number): number {
  const bits = new Uint32Array(Float32Array.of(number).buffer)[0]!
  const exponent = ((bits >>> 23) & 0xff) - 112
  if (exponent <= 0) return (bits >>> 16) & 0x8000
  const fraction = bits & 0x7fffff
  const rounded =
    (exponent << 10) + (fraction >>> 13) + ((fraction & 0x1fff) + ((fraction >>> 13) & 1) > 0x1000 ? 1 : 0)
  return ((bits >>> 16) & 0x8000) | rounded
}

describe('weights of a checkpoint', () => {
  it('[CK1] every half-precision number is exact in float32', () => {
    const half = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i)
    const wide = widen('F16', new Uint8Array(half.buffer))
    for (const [bits, expected] of [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0001, 2 ** -24],
      [0x83ff, -1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
    ] as const) {
      expect(wide[bits]).toBe(expected)
    }
    expect(wide[0x7e00]).toBeNaN()
    expect(Object.is(wide[0x8000], -0)).toBe(true)
    for (let bits = 1; bits < 0x7c00; bits++) expect(wide[bits]! > wide[bits - 1]!).toBe(true)
    expect(widen('BF16', new Uint8Array(Uint16Array.of(0x3f80, 0xc040, 0x7f80).buffer))).toEqual(
      Float32Array.of(1, -3, Infinity),
    )
    expect(widen('F64', new Uint8Array(Float64Array.of(0.1, -2).buffer))).toEqual(Float32Array.of(Math.fround(0.1), -2))
  })

  it('[CK2] float32 is mapped where it lies', async () => {
    const { weights } = await openCheckpoint(original, cache)
    expect(weights.folder).toBe(original)
    expect(weights.tensors.size).toBe(tensors.length)
    expect(existsSync(cache)).toBe(false)
  })

  it('[CK3] other types get one float32 side file in the cache, made once however many open it at once', async () => {
    const made = withConfig('half')
    const stored = Object.fromEntries(
      tensors.map(([name, tensor]) => [
        name,
        { dtype: 'F16', shape: tensor.shape, data: new Uint8Array(Uint16Array.from(floatsOf(tensor), toHalf).buffer) },
      ]),
    )
    writeFileSync(join(made, 'model.safetensors'), encodeSafetensors(stored as never)) // bytes of a type that is not in memory
    const opened = await Promise.all([1, 2, 3].map(() => openCheckpoint(made, cache)))
    const { weights } = opened[0]!
    expect(readdirSync(cache)).toHaveLength(1)
    expect(readdirSync(made).toSorted()).toEqual(['config.json', 'generation_config.json', 'model.safetensors'])
    for (const [name, tensor] of tensors) {
      const { file, offset, length } = weights.tensors.get(name)!
      const side = new Float32Array(new Uint8Array(readFileSync(file).subarray(offset, offset + length)).buffer)
      floatsOf(tensor).forEach((number, i) =>
        expect(Math.abs(side[i]! - number)).toBeLessThan(2e-3 * Math.abs(number) + 1e-4),
      )
    }
  })

  it('[CK4] shards that an index lists are one checkpoint, links included', async () => {
    const made = withConfig('shards')
    const blobs = folder('blobs')
    const half = Math.ceil(tensors.length / 2)
    const parts = [tensors.slice(0, half), tensors.slice(half)]
    const map: Record<string, string> = {}
    parts.forEach((part, i) => {
      const name = `model-0000${i + 1}-of-00002.safetensors`
      writeFileSync(join(blobs, `blob${i}`), encodeSafetensors(Object.fromEntries(part)))
      symlinkSync(join(blobs, `blob${i}`), join(made, name))
      for (const [tensor] of part) map[tensor] = name
    })
    writeFileSync(join(made, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
    const { weights } = await openCheckpoint(made, cache)
    expect(weights.tensors.size).toBe(tensors.length)
    expect(weights.folder).toBe(blobs)
  })

  it('[CK5] two copies of a checkpoint have one revision; any change makes another', async () => {
    const copy = withConfig('copy')
    copyFileSync(join(original, 'model.safetensors'), join(copy, 'model.safetensors'))
    const revision = await hashRevision(original)
    expect(await hashRevision(copy)).toBe(revision)
    writeFileSync(join(copy, 'README.md'), 'words decide no numbers')
    expect(await hashRevision(copy)).toBe(revision)
    writeFileSync(join(copy, 'generation_config.json'), '{}')
    expect(await hashRevision(copy)).not.toBe(revision)
  })

  const faults: readonly (readonly [why: string, prepare: (made: string) => void, message: RegExp])[] = [
    ['no weights', () => {}, /has no model\.safetensors and no pytorch_model\.bin/],
    [
      'weights in the pickle format that are cut off',
      (made) => writeFileSync(join(made, 'pytorch_model.bin'), 'PK'),
      /pytorch_model\.bin is no file of PyTorch weights/,
    ],
    [
      'a configuration that is no JSON',
      (made) => writeFileSync(join(made, 'config.json'), '{'),
      /config\.json is not valid JSON/,
    ],
    [
      'a configuration that is a list',
      (made) => writeFileSync(join(made, 'config.json'), '[]'),
      /must hold a JSON object/,
    ],
    [
      'an index without files',
      (made) => writeFileSync(join(made, 'model.safetensors.index.json'), '{}'),
      /the index of the weights lists no files/,
    ],
    [
      'an index that leads outside',
      (made) => writeFileSync(join(made, 'model.safetensors.index.json'), '{"weight_map":{"a":"../a.safetensors"}}'),
      /is no file beside it/,
    ],
    [
      'a shard that is missing',
      (made) => writeFileSync(join(made, 'model.safetensors.index.json'), '{"weight_map":{"a":"b.safetensors"}}'),
      /lacks b\.safetensors/,
    ],
    [
      'truncated weights',
      (made) =>
        writeFileSync(
          join(made, 'model.safetensors'),
          readFileSync(join(original, 'model.safetensors')).subarray(0, 70_000),
        ),
      /may be truncated/,
    ],
  ]
  for (const [why, prepare, message] of faults) {
    it(`[CK6] ${why} is one clear error`, async () => {
      const made = withConfig('fault')
      prepare(made)
      await expect(openCheckpoint(made, cache)).rejects.toMatchObject({
        kind: 'bad-checkpoint',
        message: expect.stringMatching(message),
      })
    })
  }

  it('[CK7] a cache that cannot be written is one clear error, and leaves nothing behind', async () => {
    const made = withConfig('doubles')
    const stored = tensors.map(([name, { shape, data }]) => [
      name,
      { dtype: 'F64', shape, data: Float64Array.from(data as Float32Array) },
    ])
    writeFileSync(join(made, 'model.safetensors'), encodeSafetensors(Object.fromEntries(stored)))
    const blocked = join(root, 'blocked')
    writeFileSync(blocked, 'a file where a folder should be')
    chmodSync(blocked, 0o400)
    await expect(openCheckpoint(made, join(blocked, 'cache'))).rejects.toMatchObject({
      message: expect.stringMatching(/set COATTEND_CACHE to another folder/),
    })
  })
})
