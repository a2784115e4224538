import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { softwareVulkan } from '#tests/support/software-vulkan.ts'

const vulkan = softwareVulkan()
const program = fileURLToPath(new URL('../../../bin/coattend.js', import.meta.url))

interface Report {
  readonly devices: readonly {
    readonly name: string
    readonly works: boolean
    readonly problem: string
    readonly gigaflops: number | null
  }[]
  readonly chosen: { readonly name: string; readonly reason: string }
}

/** Runs the command line in a process of its own: the driver is found through the environment a process starts with. */
const run = (words: readonly string[], env: Readonly<Record<string, string>>) =>
  promisify(execFile)(process.execPath, [program, ...words], { env: { ...process.env, ...env } })

describe('devices', () => {
  it(
    '[DE2] the processor works everywhere, a device without a driver says why not, and neither is chosen for the other',
    { timeout: 120_000 },
    async () => {
      const { stdout } = await run(['devices', '--json'], { VK_ICD_FILENAMES: '/nowhere' })
      const { devices, chosen } = JSON.parse(stdout) as Report
      const cpu = devices.find(({ name }) => name === 'cpu')!
      expect(cpu.works).toBe(true)
      expect(cpu.gigaflops).toBeGreaterThan(0)
      const idle = devices.filter(({ works }) => !works)
      for (const { problem, gigaflops } of idle) {
        expect(problem).not.toBe('')
        expect(gigaflops).toBeNull()
      }
      expect(devices.map(({ name }) => name).toSorted()).toEqual(['cpu', 'cuda', 'webgpu'])
      expect(chosen.reason).not.toBe('')
      expect(idle.map(({ name }) => name)).not.toContain(chosen.name)
    },
  )

  it(
    '[DE3] a device that is named and does not work ends the command with exit code 2',
    { timeout: 120_000 },
    async () => {
      const words = [
        'project',
        '--states',
        fileURLToPath(new URL('../../fixtures/projection/reference.safetensors', import.meta.url)),
      ]
      const failing = run([...words, '--tensor', 'points', '--output', '/dev/null', '--device', 'cuda'], {})
      await expect(failing).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/The device cuda cannot be used: .*Use --device cpu/),
      })
    },
  )

  it.skipIf(vulkan === null)(
    '[DE4] a software driver answers, and is not preferred to the processor it runs on',
    { timeout: 240_000 },
    async () => {
      const { stdout } = await run(['devices', '--json'], vulkan!)
      const { devices, chosen } = JSON.parse(stdout) as Report
      expect(devices.find(({ name }) => name === 'webgpu')).toMatchObject({ works: true, problem: '' })
      expect(chosen).toEqual({ name: 'cpu', reason: 'webgpu works but is slower here (software driver?)' })
    },
  )
})
