/**
 * Golden checkpoints on WebGPU, in a process of its own because the driver is found through the environment a process starts with, and because
 * two graphics sessions at a time can crash. Names as arguments; one JSON line each on standard output.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attribute } from '#compute/attribution/attribute.ts'
import { openPath } from '#compute/attribution/path.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { forward } from '#compute/tasks/forward.ts'
import { drain } from './generators.ts'
import { fixture, readJson, readTensors, relativeError } from './golden.ts'
import { options } from './options.ts'

/** Relative errors against the float64 references. */
export interface GoldenErrors {
  readonly name: string
  readonly device: string
  readonly forward: number
  readonly gradient: number
  readonly integratedGradients: number
}

const cache = mkdtempSync(join(tmpdir(), 'coattend-webgpu-'))

async function measure(name: string): Promise<GoldenErrors> {
  const golden = readTensors(fixture(`${name}/golden.safetensors`))
  const expected = (key: string): ArrayLike<number | bigint> => golden.get(key)!.data
  const ids = (key: string): readonly number[] => Array.from(expected(key), Number)
  const { nodes } = readJson(fixture(`${name}/golden.json`)) as { readonly nodes: number }
  const targetIds = ids('target_ids')
  const problem: Problem = {
    source: ids('input_ids'),
    prefix: golden.has('decoder_input_ids') ? ids('decoder_input_ids') : null,
    targets: ids('target_positions').map((position, k) => ({ position, id: targetIds[k]! })),
  }
  const engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'webgpu', threads: 1, cache })
  const taps = await forward(engine, problem.source, problem.prefix)
  const tapErrors = Object.entries(taps).map(([key, { data }]) => relativeError(data, expected(key)))
  const exact = { ...options, attributeSpecial: true }
  const path = await openPath(engine, problem, { ...exact, unknownId: null })
  const gradient = await path.gradient(problem.targets.map((_, k) => k))
  const alone = { focus: () => null, finished: null }
  const scores = await drain(attribute(engine, problem, { ...exact, quadrature: { nodes } }, null, alone))
  await engine.close()
  return {
    name,
    device: engine.device,
    forward: Math.max(...tapErrors),
    gradient: relativeError(gradient.source, expected('gradient.source')),
    integratedGradients: relativeError(scores.source, expected('ig.zero.source')),
  }
}

try {
  for (const name of process.argv.slice(2)) console.log(JSON.stringify(await measure(name)))
} finally {
  rmSync(cache, { recursive: true })
}
