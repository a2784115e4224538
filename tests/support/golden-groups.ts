/** The groups of golden numbers of a checkpoint, each measured by one function: the largest relative error of everything in it. */
import { attentionAttribution } from '#compute/attribution/attention-attribution.ts'
import { attribute } from '#compute/attribution/attribute.ts'
import { openPath } from '#compute/attribution/path.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { openAblation } from '#compute/ablation/ablation.ts'
import { allHeads } from '#compute/ablation/heads.ts'
import type { FileTensor } from '#compute/checkpoint/safetensors.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { forward as computeForward } from '#compute/tasks/forward.ts'
import type { AttributionOptions } from '#compute/types.ts'
import { generateWhole, goldenGenerations } from './golden-generation.ts'
import type { GoldenGeneration } from './golden-generation.ts'
import { drain } from './generators.ts'
import { fixture, goldenProblem, readJson, readTensors, relativeError } from './golden.ts'
import { goldenOptions } from './options.ts'

export interface Golden {
  readonly name: string
  readonly problem: Problem
  readonly nodes: number
  readonly baselineToken: number
  readonly keys: readonly string[]
  readonly expected: (key: string) => FileTensor['data']
}

export function openGolden(name: string): Golden {
  const tensors = readTensors(fixture(`${name}/golden.safetensors`))
  const expected = (key: string): FileTensor['data'] => tensors.get(key)!.data
  const settings = readJson(fixture(`${name}/golden.json`)) as {
    readonly nodes: number
    readonly baseline_token: number
  }
  const { nodes, baseline_token: baselineToken } = settings
  return { name, problem: goldenProblem(name), nodes, baselineToken, keys: [...tensors.keys()], expected }
}

type Measure = (engine: Engine, golden: Golden) => Promise<number>

const forward: Measure = async (engine, { problem, expected, keys }) => {
  const taps = await computeForward(engine, problem.source, problem.prefix)
  const wanted = keys.filter((key) => /^(logits|hidden\..*|attention\..*)$/.test(key))
  return Math.max(...wanted.map((key) => relativeError(taps[key]?.data ?? [], expected(key))))
}

const gradient: Measure = async (engine, { problem, expected }) => {
  const path = await openPath(engine, problem, { ...goldenOptions, unknownId: null })
  const { source, prefix, objective } = await path.gradient(problem.targets.map((_, k) => k))
  return Math.max(
    relativeError(objective, expected('objective')),
    relativeError(source, expected('gradient.source')),
    problem.prefix === null ? 0 : relativeError(prefix, expected('gradient.prefix')),
  )
}

const integrated =
  (key: 'zero' | 'token'): Measure =>
  async (engine, { problem, expected, nodes, baselineToken }) => {
    const baseline: AttributionOptions['baseline'] = key === 'zero' ? 'zero' : `token:${baselineToken}`
    const chosen = { ...goldenOptions, baseline, quadrature: { nodes } }
    const found = await drain(attribute(engine, problem, chosen, null, { focus: () => null, finished: null }))
    return Math.max(
      relativeError(found.source, expected(`ig.${key}.source`)),
      problem.prefix === null ? 0 : relativeError(found.prefix, expected(`ig.${key}.prefix`)),
      relativeError(found.baselineObjective, expected(`ig.${key}.objective.baseline`)),
    )
  }

const attention: Measure = async (engine, { problem, expected, keys, nodes }) => {
  const chosen = { objective: 'log-prob', contrast: null, quadrature: { nodes }, kinds: null } as const
  const found = await drain(attentionAttribution(engine, problem, chosen, { focus: () => null, finished: [] }))
  const layers = new Map(found.layers.map((layer) => [`attribution.${layer.kind}.${layer.layer}`, layer.attribution]))
  const wanted = keys.filter((key) => /^attribution\.(encoder|decoder|cross)\./.test(key))
  return Math.max(...wanted.map((key) => relativeError(layers.get(key) ?? [], expected(key))))
}

const ablation: Measure = async (engine, { problem, expected }) => {
  const heads = allHeads(engine.model)
  const zero = { objective: 'log-prob', contrast: null, values: new Map<string, Float32Array>() } as const
  const found = await openAblation(engine, problem, zero).measure(heads.map((head) => [head]))
  const keys = heads.map(({ kind, layer, head }) => `ablated.objective.${kind}.${layer}.${head}`)
  return Math.max(...keys.map((key, i) => relativeError(found[i]!, expected(key))))
}

const generation =
  (isWanted: (kind: string) => boolean): Measure =>
  async (engine, { name, problem }) => {
    const isSame = async ({ arguments: settings, ids }: GoldenGeneration): Promise<boolean> =>
      (await generateWhole(engine, problem.source, settings)).join() === ids.join()
    const wanted = Object.entries(goldenGenerations(name)).filter(([kind]) => isWanted(kind))
    for (const [, one] of wanted) if (!(await isSame(one))) return 1
    return 0
  }

export const goldenGroups = {
  forward,
  gradient,
  'ig-zero': integrated('zero'),
  'ig-token': integrated('token'),
  attention,
  ablation,
  greedy: generation((kind) => kind === 'greedy'),
  generation: generation(() => true),
} satisfies Record<string, Measure>

export type GoldenGroup = keyof typeof goldenGroups
