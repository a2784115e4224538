/** A checkpoint open on a device, with its compiled programs. */
import { openCheckpoint } from '#compute/checkpoint/checkpoint.ts'
import type { Checkpoint } from '#compute/checkpoint/checkpoint.ts'
import type { Graph } from '#compute/graph/graph.ts'
import type { Model } from '#compute/models/model.ts'
import { openModel } from '#compute/models/open.ts'
import type { Device } from '#compute/types.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'

export interface EngineOptions {
  readonly device: Device
  readonly threads: number
  /** Folder for float32 side files. */
  readonly cache: string
  /** Runs are cut by the sizes of the model alone and never by the clock, so that equal work gives equal bytes. */
  readonly isSteady?: boolean
}

export interface Engine {
  readonly checkpoint: Checkpoint
  readonly model: Model
  readonly device: Device
  readonly isSteady: boolean
  /**
   * The program under this key, compiled at first use and kept. `hot` programs repack their weights for speed where memory
   * allows; the others share one mapping of the checkpoint.
   */
  readonly program: (key: string, build: () => Graph, temperature: 'hot' | 'cold') => Promise<Session>
  readonly close: () => Promise<void>
}

/** Repacking copies every weight: above this size a checkpoint is used as it is mapped. */
export const mostRepackedBytes = 768 * 2 ** 20

/** Programs kept: each costs its graph and buffers; repacked ones their weights too. */
const mostPrograms = 12

export async function openEngine(folder: string, options: EngineOptions): Promise<Engine> {
  const checkpoint = await openCheckpoint(folder, options.cache)
  const model = openModel(checkpoint)
  const programs = new Map<string, Promise<Session>>()
  const { weights } = checkpoint

  async function forget(key: string): Promise<void> {
    const session = programs.get(key)
    programs.delete(key)
    await (await session)?.close()
  }

  async function program(key: string, build: () => Graph, temperature: 'hot' | 'cold'): Promise<Session> {
    const known = programs.get(key)
    if (known !== undefined) {
      programs.delete(key) // the newest is last
      programs.set(key, known)
      return known
    }
    const prepack = temperature === 'hot' && weights.bytes <= mostRepackedBytes
    const { device, threads } = options
    const opened = openSession(build(), { folder: weights.folder, device, threads, prepack })
    programs.set(key, opened)
    opened.catch(() => programs.delete(key))
    const [oldest] = programs.keys()
    if (programs.size > mostPrograms) await forget(oldest!)
    return opened
  }

  return {
    checkpoint,
    model,
    device: options.device,
    isSteady: options.isSteady === true,
    program,
    close: async () => {
      await Promise.all([...programs.keys()].map(forget))
    },
  }
}
