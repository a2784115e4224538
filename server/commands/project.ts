import { loadLocal } from '#compute/index.ts'
import type { ProjectionOptions } from '#compute/types.ts'
import type { Arguments } from './arguments.ts'
import { commonOptions, deviceOf, threads } from './command.ts'
import type { Command, CommandContext } from './command.ts'
import { projectCorpus, projectCorpusOptions } from './project-corpus.ts'
import { showProgress } from './progress.ts'
import { reportProjection } from './projection-report.ts'
import { readStates } from './states-file.ts'
import type { LayerStates } from './states-file.ts'
import { readTensors } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

/** `project`: a picture of many states, and what in it can be trusted. */
export const projectCommand: Command = {
  name: 'project',
  positionals: ['[CHECKPOINT]'],
  summary: 'lays states of a file or of a corpus out in the plane; says per point how far to trust it',
  options: {
    states: {
      value: 'FILE',
      help: 'safetensors with a matrix [n, d]; NAME.0, NAME.1 … are layers, which share a frame',
    },
    tensor: { value: 'NAME', help: 'the matrix, or the layers NAME.0, NAME.1 …; states, or the only one, if left out' },
    method: { value: 'pca|umap|tsne', help: 'umap where it is left out' },
    output: {
      value: 'FILE',
      help: 'safetensors to write: layout [n, D], how far to trust it, and more (docs/reading-results.md); with --corpus a directory',
    },
    seed: { value: 'N', help: 'the same seed, parameters and data give the same bytes; 0 where it is left out' },
    neighbours: { value: '15', help: 'neighbours of umap and of the reliability' },
    metric: { value: 'euclidean|cosine', help: 'how far apart states are (pca always centres and rotates)' },
    dimensions: { value: '2', help: 'of the layout; tsne: 2' },
    epochs: { value: 'N', help: 'umap: 500, above 10,000 points 200; tsne: 1000' },
    'min-distance': { value: '0.1', help: 'umap: how close points may lie' },
    spread: { value: '1', help: 'umap: the scale on which points are spread out' },
    perplexity: { value: '30', help: 'tsne: the effective number of neighbours, at most a third of the points' },
    alignment: {
      value: '0.02',
      help: 'layers: share of the way back to the layer before that a point goes at each epoch',
    },
    engine: { value: 'fast|umap-js', help: 'umap: ours, or umap-js as a reference' },
    new: { value: 'FILE', help: 'safetensors with further states, to be placed into the (last) layout' },
    layout: {
      value: 'FILE',
      help: 'an --output of the same states and options: measured and used instead of a new one',
    },
    ...projectCorpusOptions,
    ...commonOptions,
  },
  run: async (context) => {
    const { args } = context
    if (args.has('corpus')) return projectCorpus(context, readOptions(args))
    refuseCorpusOptions(args)
    const [from, to] = [args.text('states'), args.text('output')]
    if (from === undefined || to === undefined) throw new UsageError('Give both --states FILE and --output FILE')
    const options = readOptions(args)
    const layers = await readStates(from, args.text('tensor'))
    const added = await readAdded(args)
    const given = await readGiven(args, layers)
    await compute(context, { layers, added, given }, options, to)
    return 0
  },
}

function refuseCorpusOptions(args: Arguments): void {
  const idle = Object.keys(projectCorpusOptions).find((name) => args.has(name))
  if (idle !== undefined) throw new UsageError(`--${idle} belongs to --corpus FILE`)
  const [extra] = args.positionals
  if (extra !== undefined) throw new UsageError(`A checkpoint (${JSON.stringify(extra)}) belongs to --corpus FILE`)
}

function readOptions(args: Arguments): ProjectionOptions {
  const method = args.choice('method', ['pca', 'umap', 'tsne']) ?? 'umap'
  const engine = args.choice('engine', ['fast', 'umap-js']) ?? 'fast'
  if (engine === 'umap-js' && method !== 'umap')
    throw new UsageError(`--engine umap-js lays out with umap, not with ${method}`)
  const neighbours = args.whole('neighbours', 2) ?? 15
  const spread = range(args, 'spread', 0.01, 100) ?? 1
  return {
    method,
    engine,
    dimensions: args.whole('dimensions', 1) ?? 2,
    metric: args.choice('metric', ['euclidean', 'cosine']) ?? 'euclidean',
    seed: args.whole('seed', 0) ?? 0,
    neighbours,
    judged: neighbours,
    minDistance: range(args, 'min-distance', 0, spread) ?? Math.min(0.1, spread),
    spread,
    perplexity: range(args, 'perplexity', 1, 1e6) ?? 30,
    epochs: args.whole('epochs', 1) ?? null,
    alignment: range(args, 'alignment', 0, 1) ?? 0.02,
  }
}

function range(args: Arguments, name: string, least: number, most: number): number | undefined {
  const number = args.number(name)
  if (number === undefined || (number >= least && number <= most)) return number
  throw new UsageError(`--${name} must be between ${least} and ${most}, not ${number}`)
}

async function readAdded(args: Arguments): Promise<LayerStates | null> {
  const path = args.text('new')
  if (path === undefined) return null
  const found = await readStates(path, undefined)
  if (found.length === 1) return found[0]!
  throw new UsageError(`${path} holds ${found.length} layers; --new takes one matrix [m, d]`)
}

/** The layouts of an earlier output. */
async function readGiven(args: Arguments, layers: readonly LayerStates[]): Promise<readonly Float32Array[] | null> {
  const path = args.text('layout')
  if (path === undefined) return null
  const tensors = await readTensors(path)
  return layers.map(({ suffix }) => {
    const tensor = tensors.get(`layout${suffix}`)
    if (tensor?.dtype === 'F32') return tensor.data as Float32Array
    throw new UsageError(`${path} holds no layout${suffix}; give an --output of project for the same states`)
  })
}

export interface Question {
  readonly layers: readonly LayerStates[]
  readonly added: LayerStates | null
  readonly given: readonly Float32Array[] | null
}

async function compute(
  context: CommandContext,
  input: Question,
  options: ProjectionOptions,
  to: string,
): Promise<void> {
  const { args } = context
  const local = await loadLocal()
  const named = deviceOf(args)
  const device = named === null ? 'cpu' : (await local.chooseDevice(named, threads())).name
  const products = { device, threads: threads() }
  const result = await showProgress(context, local.project(input, options, products))
  const used = local.fitted(options, input.layers[0]!.rows)
  await reportProjection(context, local, { input, options: used, device, to, result })
}
