/**
 * The files in `tests/fixtures/torch/` were written by torch.save of PyTorch 2.13, in both of its formats, and by safetensors
 * from the same tensors; `sharded/` holds the tensors of `gpt2-untied`.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { hashRevision, openCheckpoint } from '#compute/checkpoint/checkpoint.ts'
import { readWeightFile } from '#compute/checkpoint/weight-file.ts'
import { openWeights } from '#compute/checkpoint/weights.ts'
import type { Weights } from '#compute/checkpoint/weights.ts'
import { fixture, readTensors } from '#tests/support/golden.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-torch-'))
afterAll(() => rmSync(root, { recursive: true }))
const cache = join(root, 'cache')
const torch = (name: string): string => fixture(`torch/${name}`)

const openBin = async (path: string): Promise<Weights> => openWeights([await readWeightFile(path)], cache)

function floatsOf({ tensors }: Weights, name: string): readonly number[] {
  const { file, offset, length } = tensors.get(name)!
  return [...new Float32Array(new Uint8Array(readFileSync(file).subarray(offset, offset + length)).buffer)]
}

function expectSame(weights: Weights, reference: string): void {
  const expected = readTensors(reference)
  expect([...weights.tensors.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
  for (const [name, { shape, data }] of expected) {
    expect(weights.tensors.get(name)!.shape, name).toEqual(shape)
    expect(floatsOf(weights, name), name).toEqual(Array.from(data, Number))
  }
}

/** Writes bytes as a file of weights and tells how reading it ends. */
async function faultOf(bytes: Uint8Array): Promise<string> {
  const path = join(mkdtempSync(join(root, 'fault-')), 'pytorch_model.bin')
  writeFileSync(path, bytes)
  const opened = await openBin(path).catch((error: unknown) => error)
  expect(opened).toMatchObject({ kind: 'bad-checkpoint' })
  return (opened as Error).message
}

describe('pytorch_model.bin', () => {
  for (const name of ['plain', 'plain-legacy', 'protocol4']) {
    it(`[CK10] ${name}: float32 is mapped where it lies, parameters, views and tied tensors included`, async () => {
      const weights = await openBin(torch(`${name}.bin`))
      expectSame(weights, torch('plain.safetensors'))
      expect(weights.tensors.get('tied')).toBe(weights.tensors.get('tied2'))
      expect(weights.tensors.get('view')!.file).toBe(torch(`${name}.bin`))
      expect(existsSync(cache)).toBe(false)
    })
  }

  for (const name of ['awkward', 'awkward-legacy']) {
    it(`[CK11] ${name}: half precision and tensors out of order get a side file in order`, async () => {
      const weights = await openBin(torch(`${name}.bin`))
      expectSame(weights, torch('awkward.safetensors'))
      expect(weights.folder).toBe(cache)
    })
  }

  it('[CK12] shards that an index lists are one checkpoint, with a revision of its own', async () => {
    const made = mkdtempSync(join(root, 'sharded-'))
    const original = fixture('gpt2-untied/checkpoint')
    copyFileSync(join(original, 'config.json'), join(made, 'config.json'))
    for (const name of readdirSync(torch('sharded'))) copyFileSync(join(torch('sharded'), name), join(made, name))
    const { weights } = await openCheckpoint(made, cache)
    expectSame(weights, join(original, 'model.safetensors'))
    const revision = await hashRevision(made)
    copyFileSync(torch('plain.bin'), join(made, 'pytorch_model-00003-of-00003.bin'))
    expect(await hashRevision(made)).toBe(revision) // the index does not name it
    copyFileSync(join(made, 'pytorch_model-00002-of-00002.bin'), join(made, 'pytorch_model-00001-of-00002.bin'))
    expect(await hashRevision(made)).not.toBe(revision)
  })

  it('[CK13] safetensors go first where a folder has both', async () => {
    const made = mkdtempSync(join(root, 'both-'))
    const original = fixture('gpt2-untied/checkpoint')
    for (const name of ['config.json', 'model.safetensors']) copyFileSync(join(original, name), join(made, name))
    copyFileSync(torch('wicked.bin'), join(made, 'pytorch_model.bin'))
    expect((await openCheckpoint(made, cache)).weights.tensors.size).toBeGreaterThan(5)
  })

  const refused: readonly (readonly [name: string, message: RegExp])[] = [
    ['wicked.bin', /asks for "(builtins|__builtin__)\.eval", which is no part of weights; nothing of it was run/],
    ['module.bin', /asks for "torch\.nn\.modules\.linear\.Linear", which is no part of weights/],
    ['nested.bin', /holds no tensors by name at its top; save model\.state_dict\(\) alone/],
    ['expanded.bin', /a tensor \[5, 5\] in its pickle reaches beyond its storage of 1 elements/],
  ]
  for (const [name, message] of refused) {
    it(`[CK14] ${name} is refused by name`, async () =>
      expect(await faultOf(readFileSync(torch(name)))).toMatch(message))
  }

  const legacy = readFileSync(torch('plain-legacy.bin'))
  const zipped = readFileSync(torch('plain.bin'))
  const swapped = (bytes: Buffer, from: string | RegExp, to: string): Buffer =>
    Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1')
  const faults: readonly (readonly [why: string, bytes: Buffer, message: RegExp])[] = [
    ['nothing', Buffer.alloc(0), /neither a zip file nor a pickle/],
    ['a zip file without its end', zipped.subarray(0, -30), /has no table of contents; the download may be incomplete/],
    ['a zip file of something else', swapped(zipped, /data.pkl/g, 'data.txt'), /holds no data.pkl/],
    ['numbers of the other byte order', swapped(zipped, 'little', 'big   '), /not little endian/],
    ['a missing storage', swapped(zipped, /data\/0/g, 'data/9'), /storage "0" is missing/],
    ['the old format cut off', legacy.subarray(0, -8), /its storages are cut off; the download may be incomplete/],
    ['the old format cut in its pickle', legacy.subarray(0, 400), /its pickle ends in the middle/],
    ['a pickle of something else', Buffer.from('\x80\x02K\x05.', 'latin1'), /starts with another pickle than that/],
    ['a code that weights never need', Buffer.from('\x80\x02\x8f.', 'latin1'), /holds the pickle code 143/],
    ['a pickle that takes too much', Buffer.from('\x80\x020.', 'latin1'), /takes from an empty stack/],
    ['a pickle that recalls nothing', Buffer.from('\x80\x02h\x07.', 'latin1'), /recalls entry 7, which it never kept/],
  ]
  for (const [why, bytes, message] of faults) {
    it(`[CK15] ${why} is one clear error`, async () => expect(await faultOf(bytes)).toMatch(message))
  }

  it('[CK16] a pickle that builds without end is stopped in time', async () => {
    const lists = Buffer.concat([Buffer.from([0x80, 2]), Buffer.alloc(2 ** 22, 0x5d), Buffer.from('.')])
    const before = process.cpuUsage()
    expect(await faultOf(lists)).toMatch(/more than 300000 operations/)
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1) // seconds of work; others may use the machine
  })
})
