import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { goldenCheckpoints } from '#tests/support/golden.ts'
import { softwareVulkan } from '#tests/support/software-vulkan.ts'
import type { GoldenErrors } from '#tests/support/webgpu-child.ts'

const vulkan = softwareVulkan()

/** The software driver compiles shaders for seconds a program: all architectures take their turn in the long run. */
const names = process.env['COATTEND_TEST_LONG'] === '1' ? goldenCheckpoints : ['gpt2']
const minutesEach = 4

const program = fileURLToPath(new URL('../../support/webgpu-child.ts', import.meta.url))

describe.skipIf(vulkan === null)('WebGPU through the software driver of Chromium', () => {
  it(
    `[DE1] logits, states, attention, gradients and integrated gradients of ${names.join(', ')} agree with float64 references to 1e-3`,
    { timeout: names.length * minutesEach * 60_000 },
    async () => {
      const args = ['--import', import.meta.resolve('tsx'), program, ...names]
      const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...vulkan } })
      const found = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as GoldenErrors)
      expect(found.map(({ name }) => name)).toEqual(names)
      for (const { name, device, forward, gradient, integratedGradients } of found) {
        expect(device).toBe('webgpu')
        expect(forward, `${name}: forward`).toBeLessThan(1e-3)
        expect(gradient, `${name}: gradient`).toBeLessThan(1e-3)
        expect(integratedGradients, `${name}: integrated gradients`).toBeLessThan(1e-3)
      }
    },
  )
})
