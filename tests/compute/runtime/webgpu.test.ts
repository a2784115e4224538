import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { GoldenGroup } from '#tests/support/golden-groups.ts'
import { goldenCheckpoints } from '#tests/support/golden.ts'
import { softwareVulkan } from '#tests/support/software-vulkan.ts'
import type { GoldenErrors } from '#tests/support/webgpu-child.ts'

const vulkan = softwareVulkan()

type Plan = Readonly<Partial<Record<(typeof goldenCheckpoints)[number], readonly GoldenGroup[]>>>

const everything: readonly GoldenGroup[] = [
  'forward',
  'gradient',
  'ig-zero',
  'ig-token',
  'attention',
  'ablation',
  'generation',
]

/** One of each kind: positions added, positions turned, both branches at once. */
const decodersOfTheirKind = ['gpt2', 'llama', 'gpt_neox']

/**
 * What the normal run leaves out are the paths of the other decoders, and those of encoder-decoder models, which cost more than a
 * minute of processor time each: the software driver compiles shaders for seconds a program, and counts with no more than one
 * thread. The long run leaves out nothing.
 */
const brief: Plan = Object.fromEntries(
  goldenCheckpoints.map((name) => {
    const paths: readonly GoldenGroup[] = decodersOfTheirKind.includes(name) ? ['ig-token', 'attention'] : []
    return [name, ['forward', 'gradient', ...paths, 'ablation', 'greedy']]
  }),
)

const isLong = process.env['COATTEND_TEST_LONG'] === '1'
const plan: Plan = isLong ? Object.fromEntries(goldenCheckpoints.map((name) => [name, everything])) : brief
const minutes = isLong ? 120 : 15

const program = fileURLToPath(new URL('../../support/webgpu-child.ts', import.meta.url))

describe.skipIf(vulkan === null)('WebGPU through the software driver of Chromium', () => {
  it(
    '[DE1] every architecture, and every kind of result, agrees with float64 references to 1e-3',
    { timeout: minutes * 60_000 },
    async () => {
      const words = Object.entries(plan).map(([name, groups]) => `${name}:${groups.join()}`)
      const args = ['--import', import.meta.resolve('tsx'), program, ...words]
      const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...vulkan } })
      const found = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as GoldenErrors)
      expect(found.map(({ name, errors }) => `${name}:${Object.keys(errors).join()}`)).toEqual(words)
      for (const { name, device, errors } of found) {
        expect(device).toBe('webgpu')
        for (const [group, error] of Object.entries(errors)) expect(error, `${name}: ${group}`).toBeLessThan(1e-3)
      }
    },
  )
})
