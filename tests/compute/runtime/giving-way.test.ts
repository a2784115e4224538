import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ComputeError } from '#compute/errors.ts'
import { chooseDevice } from '#compute/runtime/devices.ts'
import type { Session } from '#compute/runtime/session.ts'
import type { FromWorker } from '#compute/runtime/messages.ts'
import { openWorkbench } from '#compute/runtime/workbench.ts'
import type { Workbench } from '#compute/runtime/workbench.ts'
import { makeWorkshop } from '#compute/runtime/workshop.ts'
import type { Task } from '#compute/types.ts'
import { fixture, readTensors, relativeError } from '#tests/support/golden.ts'
import { goldenOptions } from '#tests/support/options.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-giving-way-'))
afterAll(() => rmSync(cache, { recursive: true }))

const golden = readTensors(fixture('gpt2/golden.safetensors'))
const ids = Array.from(golden.get('input_ids')!.data, Number)

/** Each target from the zero baseline takes several runs, so a device can fail in the middle. */
const task = {
  kind: 'attribute',
  checkpoint: fixture('gpt2/checkpoint'),
  source: ids.slice(0, 4),
  output: ids.slice(4),
  options: { ...goldenOptions, quadrature: { nodes: 24 } },
  focus: null,
  finished: null,
} as const satisfies Task

const lost = (): Promise<never> =>
  Promise.reject(new ComputeError('device', 'The device webgpu failed at work: device lost. Use --device cpu.'))

/** A bench whose device computes so many runs, over all programs, and is then lost. */
async function frailBench(runs: number, next: Workbench['next']): Promise<Workbench> {
  const bench = await openWorkbench({ device: 'cpu', threads: 1, cache })
  let left = runs
  const frail = (session: Session): Session => ({
    ...session,
    run: (feeds) => (left-- > 0 ? session.run(feeds) : lost()),
  })
  const take: Workbench['take'] = async (folder) => {
    const opened = await bench.take(folder)
    const { engine } = opened
    const program: typeof engine.program = async (...words) => frail(await engine.program(...words))
    return { ...opened, engine: { ...engine, program } }
  }
  return { ...bench, device: { name: 'webgpu', reason: 'a double' }, take, next }
}

/** Everything that is said until so many tasks have ended. */
function listen(endings: number): {
  readonly send: (message: FromWorker) => void
  readonly ended: Promise<FromWorker[]>
} {
  const said: FromWorker[] = []
  let finish: (said: FromWorker[]) => void
  const ended = new Promise<FromWorker[]>((resolve) => (finish = resolve))
  const send = (message: FromWorker): void => {
    said.push(message)
    if (said.filter(({ type }) => type === 'done' || type === 'failed').length === endings) finish(said)
  }
  return { send, ended }
}

describe('a device that fails inside a task', () => {
  it('[DE5] gives way to the next, where tasks begin again, the others too, and it is told once', async () => {
    const reasons: string[] = []
    const next = async (reason: string): Promise<Workbench> => {
      reasons.push(reason)
      return openWorkbench({ device: 'cpu', threads: 1, cache })
    }
    const { send, ended } = listen(2)
    const workshop = makeWorkshop(await frailBench(1, next), send)
    workshop.start(1, task, 'interactive')
    workshop.start(2, task, 'interactive')
    const said = await ended
    expect(said.filter(({ type }) => type === 'moved')).toEqual([
      { type: 'moved', device: { name: 'cpu', reason: 'it was asked for' } },
    ])
    expect(reasons).toEqual([expect.stringContaining('device lost')])
    const { send: sendAlone, ended: alone } = listen(1)
    makeWorkshop(await openWorkbench({ device: 'cpu', threads: 1, cache }), sendAlone).start(3, task, 'interactive')
    const [whole] = (await alone).filter(({ type }) => type === 'done') as { result: { source: Float32Array } }[]
    const found = said.filter(({ type }) => type === 'done') as unknown as { result: { source: Float32Array } }[]
    expect(found).toHaveLength(2)
    for (const { result } of found) expect(relativeError(result.source, whole!.result.source)).toBeLessThan(1e-5)
  })

  it('[DE6] fails the task where it was named, with the way out', async () => {
    const { send, ended } = listen(1)
    makeWorkshop(await frailBench(0, null), send).start(1, task, 'interactive')
    const said = await ended
    expect(said.some(({ type }) => type === 'moved')).toBe(false)
    expect(said.at(-1)).toMatchObject({
      type: 'failed',
      kind: 'device',
      message: expect.stringMatching(/--device cpu/),
    })
    const named = await openWorkbench({ device: 'cpu', threads: 1, cache })
    expect(named.next).toBeNull()
  })

  it('[DE7] is not chosen again, and the choice says why', async () => {
    const failures = [
      { name: 'cuda', reason: 'unplugged\nat 0x17' },
      { name: 'webgpu', reason: 'device lost' },
    ] as const
    const { name, reason } = await chooseDevice(null, 1, failures)
    expect(name).toBe('cpu')
    expect(reason).toBe(
      'cuda failed at work: unplugged; webgpu failed at work: device lost; no other graphics device answered',
    )
  })
})
