/** Which devices work here, and which one is used. */
import { ComputeError } from '#compute/errors.ts'
import { input } from '#compute/graph/node.ts'
import { matMul } from '#compute/ops/matrix.ts'
import type { Device } from '#compute/types.ts'
import { measureRate } from './benchmark.ts'
import { openSession } from './session.ts'
import { floats } from './tensor.ts'

export interface DeviceReport {
  readonly name: Device
  readonly works: boolean
  /** Why not, in the runtime's words; empty where it works. */
  readonly problem: string
}

export interface DeviceChoice {
  readonly name: Device
  readonly reason: string
}

/** What a driver says may be pages. */
const firstLine = (text: string): string => text.split('\n')[0]!.trim().slice(0, 200)

/** Creating a session is the only true test: what the runtime lists is what it was built with. */
export async function probeDevice(device: Device): Promise<DeviceReport> {
  const shape = [2, 2]
  const [a, b] = [input('a', 'float32', shape), input('b', 'float32', shape)]
  const graph = { name: 'probe', inputs: [a, b], outputs: [{ name: 'y', value: matMul(a, b) }] }
  try {
    const session = await openSession(graph, { folder: '.', device, threads: 1, repack: 0 })
    const one = floats(shape, Float32Array.of(1, 2, 3, 4))
    const { y } = await session.run({ a: one, b: one })
    await session.close()
    const isRight = [7, 10, 15, 22].every((number, i) => y!.data[i] === number)
    return { name: device, works: isRight, problem: isRight ? '' : 'a product of two small matrices came out wrong' }
  } catch (error) {
    const cause = error instanceof ComputeError ? error.cause : error
    const text = cause instanceof Error ? cause.message : String(cause)
    return { name: device, works: false, problem: firstLine(text) }
  }
}

/** All devices, the preferred one first. */
export const devices: readonly Device[] = ['cuda', 'webgpu', 'cpu']

export async function probeDevices(
  isSkipped: (device: Device) => boolean = () => false,
): Promise<readonly DeviceReport[]> {
  const reports: DeviceReport[] = []
  for (const device of devices) {
    if (!isSkipped(device)) reports.push(await probeDevice(device)) // one at a time: two graphics sessions can collide
  }
  return reports
}

/** A graphics device must be this much faster at a product than the processor; a software driver is not. */
const leastGain = 1.5

/** A device that was chosen and then failed at work. */
export interface DeviceFailure {
  readonly name: Device
  readonly reason: string
}

/** The device to use: the named one, which must work, or the fastest that does and has not failed. */
export async function chooseDevice(
  named: Device | null,
  threads: number,
  failures: readonly DeviceFailure[] = [],
): Promise<DeviceChoice> {
  if (named === 'cpu') return { name: 'cpu', reason: 'it was asked for' }
  if (named !== null) {
    const { works, problem } = await probeDevice(named)
    if (works) return { name: named, reason: 'it was asked for' }
    throw new ComputeError('device', `The device ${named} cannot be used: ${problem}. Use --device cpu.`)
  }
  const rejected = failures.map(({ name, reason }) => `${name} failed at work: ${firstLine(reason)}`)
  const hasFailed = (device: Device): boolean => failures.some(({ name }) => name === device)
  const candidates = (await probeDevices(hasFailed)).filter(({ name, works }) => works && name !== 'cpu')
  const none = failures.length === 0 ? 'no graphics device answered' : 'no other graphics device answered'
  if (candidates.length === 0) return { name: 'cpu', reason: [...rejected, none].join('; ') }
  for (const { name } of candidates) {
    const gain = await measureGain(name, threads)
    if (typeof gain === 'number' && gain >= leastGain) {
      const reason = `a matrix product runs ${gain.toFixed(1)} times as fast as on the processor`
      return { name, reason: [...rejected, reason].join('; ') }
    }
    rejected.push(typeof gain === 'number' ? `${name} works but is slower here (software driver?)` : gain)
  }
  return { name: 'cpu', reason: rejected.join('; ') }
}

/** How many times as fast a product is as on the processor; in words what went wrong where a device that answered fails at work. */
async function measureGain(device: Device, threads: number): Promise<number | string> {
  try {
    return (await measureRate(device, threads)) / (await measureRate('cpu', threads))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `${device} answered and then failed: ${firstLine(reason)}`
  }
}
