/** Copies of the golden fixtures, and how far a result is from them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decodeSafetensors } from '#compute/checkpoint/safetensors.ts'
import type { FileTensor } from '#compute/checkpoint/safetensors.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'

/** The fixtures with golden numbers of every kind. */
export const goldenCheckpoints = [
  'marian',
  'pegasus',
  'bart',
  'mbart',
  'm2m_100',
  't5',
  't5-v1_1',
  'gpt2',
  'llama',
  'qwen2',
  'mistral',
  'gpt_neox',
  'opt',
] as const

export const fixture = (path: string): string => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url))

export const example = (path: string): string => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url))

export const readTensors = (path: string): ReadonlyMap<string, FileTensor> =>
  decodeSafetensors(readFileSync(path), path)

export const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** The text of a fixture and the tokens of it that golden numbers explain. */
export function goldenProblem(name: string): Problem {
  const inputs = readTensors(fixture(`${name}/inputs.safetensors`))
  const ids = (key: string): readonly number[] => Array.from(inputs.get(key)!.data, Number)
  const targetIds = ids('target_ids')
  return {
    source: ids('input_ids'),
    prefix: inputs.has('decoder_input_ids') ? ids('decoder_input_ids') : null,
    targets: ids('target_positions').map((position, k) => ({ position, id: targetIds[k]! })),
  }
}

/** Whole numbers of a fixture, as feeds. */
export function asFeed(tensor: FileTensor | undefined): Tensor {
  if (tensor?.dtype !== 'I64') throw new Error('the fixture has no such whole numbers')
  return { dtype: 'int64', shape: tensor.shape, data: tensor.data }
}

/** Largest difference relative to the largest expected entry. NaN or a wrong length is an infinite error. */
export function relativeError(found: ArrayLike<number | bigint>, expected: ArrayLike<number | bigint>): number {
  if (found.length !== expected.length) return Infinity
  let scale = 1e-6
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(Number(expected[i])))
    const difference = Math.abs(Number(found[i]) - Number(expected[i]))
    if (Number.isNaN(difference)) return Infinity
    worst = Math.max(worst, difference)
  }
  return worst / scale
}
