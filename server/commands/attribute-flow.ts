/** `attribute --method attention`: which tokens an output token looks at, by the weights alone. */
import type { FileTensor } from '#compute/index.ts'
import type { Problem } from '#compute/local.ts'
import type { AttentionFlow, TokenShares } from '#compute/types.ts'
import { refusePathOptions } from './attribute-attention.ts'
import type { CommonOptions } from './attribute.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { CommandContext } from './command.ts'
import { namer } from './source.ts'
import type { Source } from './source.ts'
import { floats, writeTensorFile } from './tensor-file.ts'

/** One forward pass: rollout as `scores`, weights as they are beside it. */
export async function reportAttentionFlow(
  context: CommandContext,
  { local, opened }: OpenCheckpoint,
  problem: Problem,
  { objective, contrast }: CommonOptions,
  { tokenizer }: Source,
): Promise<void> {
  const { args, streams } = context
  refusePathOptions(args, 'attention')
  const flow = await local.attentionFlow(opened.engine, problem)
  const path = await local.openAttentionPath(opened.engine, problem, { objective, contrast })
  const to = args.text('output')
  const parameters = { method: 'attention', device: opened.engine.device, objective, contrast }
  const K = problem.targets.length
  const tensors = { objective: floats([K], path.objective), ...tensorsOf(problem, flow) }
  if (to !== undefined) await writeTensorFile(to, tensors, { command: 'attribute', ...parameters })
  const name = namer(tokenizer)
  const targets = problem.targets.map(({ position, id }, k) => ({
    position,
    id,
    token: name(id),
    objective: path.objective[k]!,
    ...rowOf(problem, flow.rollout, k),
    mean: rowOf(problem, flow.mean, k),
  }))
  if (args.has('json')) {
    const tokens = { source: problem.source.map(name), prefix: problem.prefix?.map(name) ?? null }
    return streams.out(JSON.stringify({ ...parameters, output: to ?? null, tokens, targets }))
  }
  const names = [...problem.source, ...(problem.prefix ?? [])].map((id) => name(id) ?? String(id))
  for (const { id, token, source, prefix } of targets) {
    streams.out(`${token ?? id}  ${strongest([...source, ...prefix], names)}`)
  }
}

function tensorsOf({ source, prefix, targets }: Problem, flow: AttentionFlow): Readonly<Record<string, FileTensor>> {
  const K = targets.length
  const sides = (name: string, shares: TokenShares): Readonly<Record<string, FileTensor>> => ({
    [`${name}.source`]: floats([K, source.length], shares.source),
    ...(prefix === null ? {} : { [`${name}.prefix`]: floats([K, prefix.length], shares.prefix) }),
  })
  const weights = flow.weights.map(({ kind, layer, shape, weights: data }) => [
    `weights.${kind}.${layer}`,
    floats(shape, data),
  ])
  return { ...sides('scores', flow.rollout), ...sides('mean', flow.mean), ...Object.fromEntries(weights) }
}

function rowOf({ source, prefix }: Problem, shares: TokenShares, k: number) {
  const row = (data: Float32Array, width: number): readonly number[] => [...data.subarray(k * width, (k + 1) * width)]
  return { source: row(shares.source, source.length), prefix: row(shares.prefix, prefix?.length ?? 0) }
}

/** The five tokens with the largest shares. */
function strongest(shares: readonly number[], names: readonly string[]): string {
  const order = [...shares.keys()].toSorted((a, b) => shares[b]! - shares[a]!).slice(0, 5)
  return order.map((i) => `${names[i]} ${shares[i]!.toFixed(3)}`).join('  ')
}
