/** Copies of fixture checkpoints under changed configurations, and what they compute. */
import { copyFileSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { forwardGraph } from '#compute/programs/forward.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { integers } from '#compute/runtime/tensor.ts'
import { fixture, readJson } from './golden.ts'

export type Json = Record<string, unknown>

export interface Variant {
  readonly base: string
  /** Fields that are set. */
  readonly config: Json
  /** Fields that are left out. */
  readonly without?: readonly string[]
  /** A safetensors file in place of that of the fixture. */
  readonly weights?: Uint8Array
}

/** Makes the folder of a variant under `root`. */
export function makeVariant(root: string, { base, config, without = [], weights }: Variant): string {
  const folder = mkdtempSync(join(root, `${base}-`))
  const original = readJson(fixture(`${base}/checkpoint/config.json`)) as Json
  const kept = Object.fromEntries(Object.entries(original).filter(([name]) => !without.includes(name)))
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...kept, ...config }))
  if (weights === undefined) copyWeights(fixture(`${base}/checkpoint`), folder)
  else writeFileSync(join(folder, 'model.safetensors'), weights)
  return folder
}

/** One file, or shards with their index. */
function copyWeights(from: string, to: string): void {
  const names = readdirSync(from).filter((name) => name.includes('.safetensors'))
  for (const name of names) copyFileSync(join(from, name), join(to, name))
}

export const openVariant = (root: string, variant: Variant): Promise<Engine> =>
  openEngine(makeVariant(root, variant), { device: 'cpu', threads: 1, cache: join(root, 'cache') })

/** All logits of given ids, [tokens, vocabulary]. */
export async function logitsOf(
  engine: Engine,
  source: readonly number[],
  prefix: readonly number[] | null,
): Promise<Float32Array> {
  const taps = { states: false, attention: false }
  const session = await engine.program('logits', () => forwardGraph(engine.model, taps), 'cold')
  const row = (ids: readonly number[]) => integers([1, ids.length], ids)
  const decoder = prefix === null ? {} : { decoder_input_ids: row(prefix) }
  const { logits } = await session.run({ input_ids: row(source), ...decoder })
  return logits!.data as Float32Array
}
