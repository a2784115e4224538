/** Running graphs. Only the files of this folder import the ONNX runtime. */
import { InferenceSession, Tensor as OrtTensor, env } from 'onnxruntime-node'
import { ComputeError } from '#compute/errors.ts'
import { nodesOf } from '#compute/graph/graph.ts'
import type { Graph } from '#compute/graph/graph.ts'
import type { WeightSource } from '#compute/graph/node.ts'
import { serialize } from '#compute/graph/serialize.ts'
import type { Device } from '#compute/types.ts'
import type { Tensor } from './tensor.ts'

export interface SessionOptions {
  /** Folder that holds every weight file of the graph. */
  readonly folder: string
  readonly device: Device
  readonly threads: number
  /**
   * Bytes of weights that may be repacked: products with those run a fifth faster, and each costs up to two private copies (one
   * for the product, one for its gradient). The smallest go first; the table of a vocabulary, of which few rows of products are
   * asked, is the last that matters.
   */
  readonly repack: number
}

type Outputs = InferenceSession.OnnxValueMapType

/** A compiled graph. One run at a time; a run blocks its thread and cannot be stopped. */
export interface Session {
  readonly run: (feeds: Readonly<Record<string, Tensor>>) => Promise<Readonly<Record<string, Tensor>>>
  readonly close: () => Promise<void>
}

/** Compiles a graph. Throws kind `device` where the device cannot compile it; a run does where the device fails. */
export async function openSession(graph: Graph, options: SessionOptions): Promise<Session> {
  const { chosen, plain } = chooseRepacked(graph, options.repack)
  const model = serialize(graph, options.folder, chosen === 0 ? new Set() : plain)
  const session = await create(model, options, chosen > 0)
  return {
    run: async (feeds) => readOutputs(await runOn(options.device, session, toFeeds(feeds))),
    close: () => session.release(),
  }
}

/** The weights of a graph, smallest first, as long as they fit into `most` bytes; the others stay as they lie. */
export function chooseRepacked(
  graph: Graph,
  most: number,
): { readonly chosen: number; readonly plain: ReadonlySet<WeightSource> } {
  const leaves = nodesOf(graph).flatMap(({ leaf }) => (leaf?.kind === 'weight' ? [leaf.source] : []))
  const plain = new Set<WeightSource>()
  let chosen = 0
  for (const source of leaves.toSorted((a, b) => a.length - b.length)) {
    if (chosen + source.length <= most) chosen += source.length
    else plain.add(source)
  }
  return { chosen, plain }
}

async function create(model: Uint8Array, options: SessionOptions, prepack: boolean): Promise<InferenceSession> {
  const { folder, device, threads } = options
  env.logLevel = 'fatal' // what it would print comes back as an error, and is told once, by us
  try {
    return await InferenceSession.create(model, {
      executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
      intraOpNumThreads: threads,
      // An arena never shrinks: twelve programs that run now and then kept 600 MB with theirs, and 260 without, at equal speed.
      enableCpuMemArena: prepack,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'extended',
      logSeverityLevel: 4,
      extra: {
        // All values are strings; a number would throw, an unknown key would be ignored.
        session: {
          model_external_initializers_file_folder_path: folder,
          disable_prepacking: prepack ? '0' : '1',
        },
      },
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (device === 'cpu')
      throw new ComputeError('internal', `internal: the runtime refused a graph: ${reason}`, { cause })
    throw new ComputeError('device', `The device ${device} cannot be used: ${reason}. Use --device cpu.`, { cause })
  }
}

/** A device can be lost at any time; the processor fails only where we are wrong, and then in the runtime's words. */
async function runOn(device: Device, session: InferenceSession, feeds: Record<string, OrtTensor>): Promise<Outputs> {
  try {
    return await session.run(feeds)
  } catch (cause) {
    if (device === 'cpu') throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ComputeError('device', `The device ${device} failed at work: ${reason}. Use --device cpu.`, { cause })
  }
}

function toFeeds(feeds: Readonly<Record<string, Tensor>>): Record<string, OrtTensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { dtype, data, shape }]) => [name, new OrtTensor(dtype, data as never, shape)]),
  )
}

function readOutputs(outputs: Outputs): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => {
      const tensor = value // sequences and maps are never built
      return [name, { dtype: tensor.type, shape: tensor.dims, data: tensor.data } as Tensor]
    }),
  )
}
