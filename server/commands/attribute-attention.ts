/** `attribute --method attention-attribution`: what each head's attention did for a word. */
import type { FileTensor } from '#compute/index.ts'
import type { Problem } from '#compute/local.ts'
import type { AttentionAttribution, AttentionKind, AttentionOptions, LayerAttribution } from '#compute/types.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import type { CommonOptions } from './attribute.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { CommandContext } from './command.ts'
import { showProgress } from './progress.ts'
import { namer } from './source.ts'
import type { Source } from './source.ts'
import { floats, integers, writeTensorFile } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

const kinds: readonly AttentionKind[] = ['encoder', 'decoder', 'cross']

/** Options of attention attribution alone. */
export const attentionOptions: OptionSpecs = {
  attention: { value: 'KIND,...', help: 'kinds of attention: encoder, decoder, cross; all where it is left out' },
}

/** Fails on options that say nothing to methods about attention. */
export function refusePathOptions(args: Arguments, method: string): void {
  const idle = ['baseline', 'attribute-special'].find((name) => args.has(name))
  if (idle !== undefined) throw new UsageError(`--${idle} belongs to paths between embeddings, not to ${method}`)
}

function readKinds(args: Arguments): readonly AttentionKind[] | null {
  const written = args.text('attention')
  if (written === undefined) return null
  const found = written.split(',').map((part) => kinds.find((kind) => kind === part.trim()))
  if (found.every((kind) => kind !== undefined)) return kinds.filter((kind) => found.includes(kind))
  throw new UsageError(`--attention must be kinds such as decoder,cross, not ${JSON.stringify(written)}`)
}

/** Computes all layers with progress on standard error, and reports them. */
export async function reportAttentionAttribution(
  context: CommandContext,
  { local, opened }: OpenCheckpoint,
  problem: Problem,
  { objective, contrast, quadrature }: CommonOptions,
  { tokenizer }: Source,
): Promise<void> {
  const { args, streams } = context
  refusePathOptions(args, 'attention-attribution')
  const options: AttentionOptions = { objective, contrast, quadrature, kinds: readKinds(args) }
  const steps = local.attentionAttribution(opened.engine, problem, options, { focus: () => null, finished: [] })
  const found = await showProgress(context, steps)
  const to = args.text('output')
  const parameters = { method: 'attention-attribution', device: opened.engine.device, ...options }
  if (to !== undefined) await writeTensorFile(to, tensorsOf(found), { command: 'attribute', ...parameters })
  if (args.has('json')) {
    const name = namer(tokenizer)
    return streams.out(JSON.stringify({ ...parameters, output: to ?? null, ...listResults(problem, found, name) }))
  }
  for (const line of describe(found)) streams.out(line)
}

/** Under the names of the fixtures; `objective.baseline`, `nodes` and `converged` beside each gap. */
export function tensorsOf({
  objective,
  layers,
  importance,
}: AttentionAttribution): Readonly<Record<string, FileTensor>> {
  const K = [objective.length]
  const ofLayer = (layer: LayerAttribution): readonly (readonly [string, FileTensor])[] => {
    const place = `${layer.kind}.${layer.layer}`
    return [
      [`attribution.${place}`, floats(layer.shape, layer.attribution)],
      [`gap.${place}`, floats(K, layer.gap)],
      [`objective.baseline.${place}`, floats(K, layer.baselineObjective)],
      [`nodes.${place}`, integers(K, layer.nodes)],
      [`converged.${place}`, { dtype: 'U8', shape: K, data: layer.converged }],
    ]
  }
  return Object.fromEntries([
    ['objective', floats(K, objective)],
    ...layers.flatMap(ofLayer),
    ...importance.map(({ kind, shape, importance: data }) => [`importance.${kind}`, floats(shape, data)] as const),
  ])
}

function listResults({ targets }: Problem, result: AttentionAttribution, name: (id: number) => string | null) {
  return {
    targets: targets.map(({ position, id, earlier = [] }, k) => ({
      position,
      id,
      token: name(id),
      ...(earlier.length === 0 ? {} : { earlier }),
      objective: result.objective[k],
    })),
    layers: result.layers.map(({ kind, layer, shape, gap, baselineObjective, nodes, converged }) => ({
      kind,
      layer,
      shape,
      baselineObjective: [...baselineObjective],
      gap: [...gap],
      nodes: [...nodes],
      converged: [...converged].map((flag) => flag === 1),
    })),
    importance: Object.fromEntries(
      result.importance.map(({ kind, shape, importance }) => [kind, rowsOf(importance, shape)]),
    ),
  }
}

const rowsOf = (data: Float32Array, [rows, columns]: readonly [number, number]): readonly (readonly number[])[] =>
  Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)])

/** A line per layer and kind: the importance of its heads, and whether to trust it. */
function describe({ layers, importance }: AttentionAttribution): readonly string[] {
  return layers.map(({ kind, layer, gap, nodes, converged }) => {
    const { importance: data, shape } = importance.find((candidate) => candidate.kind === kind)!
    const row = rowsOf(data, shape)[layer]!
    const heads = row.map((value) => value.toFixed(3)).join(' ')
    const open = converged.filter((flag) => flag === 0).length
    const worst = Math.max(...gap.map(Math.abs)).toFixed(4)
    const trust = open === 0 ? '' : `, ${open} of ${converged.length} targets not converged`
    return `${kind}.${layer}  importance ${heads}  gap at most ${worst} (up to ${Math.max(...nodes)} nodes${trust})`
  })
}
