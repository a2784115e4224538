/**
 * Golden checkpoints on WebGPU, in a process of its own because the driver is found through the environment a process starts with, and because
 * two graphics sessions at a time can crash. Arguments are `checkpoint:group,group…`; one JSON line each on standard output.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEngine } from '#compute/runtime/engine.ts'
import { fixture } from './golden.ts'
import { goldenGroups, openGolden } from './golden-groups.ts'
import type { GoldenGroup } from './golden-groups.ts'

export interface GoldenErrors {
  readonly name: string
  readonly device: string
  /** By group; 0 for generations that are the same, 1 for others. */
  readonly errors: Readonly<Partial<Record<GoldenGroup, number>>>
  /** Processor time of each group, mostly the software driver's compiler. */
  readonly seconds: Readonly<Partial<Record<GoldenGroup, number>>>
}

const cache = mkdtempSync(join(tmpdir(), 'coattend-webgpu-'))

async function measure(name: string, groups: readonly GoldenGroup[]): Promise<GoldenErrors> {
  const golden = openGolden(name)
  const engine = await openEngine(fixture(`${name}/checkpoint`), {
    device: 'webgpu',
    threads: 1,
    cache,
    isSteady: true,
  })
  const errors: Partial<Record<GoldenGroup, number>> = {}
  const seconds: Partial<Record<GoldenGroup, number>> = {}
  for (const group of groups) {
    const start = process.cpuUsage()
    errors[group] = await goldenGroups[group](engine, golden)
    const { user, system } = process.cpuUsage(start)
    seconds[group] = Math.round((user + system) / 1e4) / 100
  }
  await engine.close()
  return { name, device: engine.device, errors, seconds }
}

try {
  for (const word of process.argv.slice(2)) {
    const [name, groups] = word.split(':')
    console.log(JSON.stringify(await measure(name!, groups!.split(',') as GoldenGroup[])))
  }
} finally {
  rmSync(cache, { recursive: true })
}
