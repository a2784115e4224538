/** A checkpoint open on a device, with its compiled programs. */
import { openCheckpoint } from '#compute/checkpoint/checkpoint.ts'
import type { Checkpoint } from '#compute/checkpoint/checkpoint.ts'
import type { Graph } from '#compute/graph/graph.ts'
import type { Model } from '#compute/models/model.ts'
import { openModel } from '#compute/models/open.ts'
import type { Device } from '#compute/types.ts'
import { chooseRepacked, openSession } from './session.ts'
import type { Session } from './session.ts'

export interface EngineOptions {
  readonly device: Device
  readonly threads: number
  /** Folder for float32 side files. */
  readonly cache: string
  /** Runs are cut by the sizes of the model alone and never by the clock, so that equal work gives equal bytes. */
  readonly isSteady?: boolean
}

/** How often a program runs. */
export type Temperature = 'hot' | 'warm' | 'cold'

export interface Engine {
  readonly checkpoint: Checkpoint
  readonly model: Model
  readonly device: Device
  readonly isSteady: boolean
  /**
   * The program under this key, compiled at first use and kept. `hot` programs repack their weights for speed as far as the
   * memory of the engine allows, those that come first before the others; `warm` ones do where the checkpoint is small. All
   * others share one mapping of the checkpoint.
   */
  readonly program: (key: string, build: () => Graph, temperature: Temperature) => Promise<Session>
  readonly close: () => Promise<void>
}

/** Above this size a checkpoint is used as it is mapped: repacking it would take seconds. */
const mostRepacked = 768 * 2 ** 20

/** Programs of a checkpoint up to this size may all be repacked. */
const smallCheckpoint = 64 * 2 ** 20

/**
 * Bytes of weights that the programs of one checkpoint may repack together, so that a process stays under 1.5 times the weights
 * plus 600 MB. Measured at a GPT-2-small shape: a repacked weight takes two copies, and half its mapping while a session opens;
 * the process takes 50 MB, programs that write 80, and the buffers of a run about 110.
 */
export const repackable = (bytes: number): number => (bytes > mostRepacked ? 0 : bytes / 4 + 160e6)

/** Programs kept: enough for the attention of every layer of a deep model, a few megabytes each where nothing is repacked. */
const mostPrograms = 64

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0)

export async function openEngine(folder: string, options: EngineOptions): Promise<Engine> {
  const checkpoint = await openCheckpoint(folder, options.cache)
  const model = openModel(checkpoint)
  const programs = new Map<string, Promise<Session>>()
  /** Bytes of weights that each program repacked. */
  const repacked = new Map<string, number>()
  const { weights } = checkpoint

  async function forget(key: string): Promise<void> {
    const session = programs.get(key)
    programs.delete(key)
    await (await session)?.close()
    repacked.delete(key)
  }

  async function program(key: string, build: () => Graph, temperature: Temperature): Promise<Session> {
    const known = programs.get(key)
    if (known !== undefined) {
      programs.delete(key) // the newest is last
      programs.set(key, known)
      return known
    }
    const { device, threads } = options
    const isSmall = weights.bytes <= smallCheckpoint
    const isRepacked = temperature === 'hot' || (temperature === 'warm' && isSmall)
    const isUnlimited = isSmall || device !== 'cpu' // other devices hold their own copies
    const room = isUnlimited ? Infinity : repackable(weights.bytes) - sum(repacked.values())
    const graph = build()
    const repack = isRepacked ? Math.max(0, room) : 0
    repacked.set(key, chooseRepacked(graph, repack).chosen)
    const opened = openSession(graph, { folder: weights.folder, device, threads, repack })
    programs.set(key, opened)
    opened.catch(() => {
      programs.delete(key)
      repacked.delete(key)
    })
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
