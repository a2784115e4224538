/** What is computed for each question, and what of it is kept, under the names of server/wire/analyses.ts. */
import type { FileTensor } from '#compute/index.ts'
import type {
  AttentionAttribution,
  Head,
  HeadRoles,
  InteractionOptions,
  Interactions,
  PartialImportance,
  PartialLayerAttribution,
  ScoredStep,
  Task,
  TokenizedText,
} from '#compute/types.ts'
import type {
  AblationReport,
  FullQuestion,
  HeadMeasuresReport,
  InteractionsReport,
  LensReport,
} from '../wire/analyses.ts'
import { spoken } from '../languages.ts'
import { readHead } from '../questions.ts'
import type { AskCompute, TellTensors } from './analysis-run.ts'
import type { AnalysisInput } from './input.ts'
import { ALTERNATIVES } from './output-run.ts'
import type { ResultTensors } from './result-file.ts'

export interface Answer {
  readonly tensors: ResultTensors
  readonly report: AblationReport | HeadMeasuresReport | InteractionsReport | LensReport | null
}

type Of<K extends FullQuestion['kind']> = Extract<FullQuestion, { kind: K }>

/** The texts that a question is about. */
type About = Pick<AnalysisInput, 'source' | 'output' | 'languages'>

export function answer(
  { question, ...about }: About & Pick<AnalysisInput, 'question'>,
  ask: AskCompute,
  tell: TellTensors,
): Promise<Answer> {
  switch (question.kind) {
    case 'attention':
      return answerAttention(about, question, ask)
    case 'head-measures':
      return answerMeasures(about, ask)
    case 'head-importance':
      return answerImportance(about, question, ask, tell)
    case 'attention-attribution':
      return answerAttentionAttribution(about, question, ask, tell)
    case 'head-effects':
      return answerEffects(about, question, ask)
    case 'ablation':
      return answerAblation(about, question, ask)
    case 'interactions':
      return answerInteractions(about, question, ask, tell)
    case 'lens':
      return answerLens(about, question, ask)
    case 'flow':
      return answerFlow(about, ask)
  }
}

/** The ids of both texts and their languages, as tasks take them. */
const texts = ({ source, output, languages }: About) => ({ source, output, ...spoken(languages) })

async function answerAttention(about: About, { place }: Of<'attention'>, ask: AskCompute): Promise<Answer> {
  const { weights, shape } = await ask((checkpoint) => ({ kind: 'weights', checkpoint, ...texts(about), place }))
  return { tensors: { weights: floats(shape, weights) }, report: null }
}

async function answerMeasures(about: About, ask: AskCompute): Promise<Answer> {
  const { measures, roles } = await ask((checkpoint) => ({ kind: 'head-measures', checkpoint, ...texts(about) }))
  const tensors = measures.flatMap(({ kind, shape, ...scores }) =>
    Object.entries(scores).map(([name, data]) => [`${name}.${kind}`, floats(shape, data)] as const),
  )
  return { tensors: Object.fromEntries(tensors), report: { roles: roles.map(listRoles) } }
}

/** NaN has no place in JSON. */
function listRoles({ kind, shape, scores, offset }: HeadRoles): HeadMeasuresReport['roles'][number] {
  const lists = Object.entries(scores).map(([role, data]) => [
    role,
    Array.from(data, (score) => (Number.isNaN(score) ? null : score)),
  ])
  return { kind, shape: [...shape], scores: Object.fromEntries(lists), offset: [...offset] }
}

async function answerImportance(
  about: About,
  question: Of<'head-importance'>,
  ask: AskCompute,
  tell: TellTensors,
): Promise<Answer> {
  const { by, objective, contrast, quadrature } = question
  const options = { objective, contrast, quadrature }
  const tensorsOf = ({ importance }: PartialImportance): ResultTensors =>
    Object.fromEntries(
      importance.map(({ kind, shape, importance: data }) => [`importance.${kind}`, floats(shape, data)]),
    )
  const found = await ask<'head-importance'>(
    (checkpoint) => ({ kind: 'head-importance', checkpoint, ...texts(about), by, options }),
    (part) => tell(tensorsOf(part), ...countKnown(part.importance)),
  )
  return { tensors: { objective: vector(found.objective), ...tensorsOf(found) }, report: null }
}

/** How many heads have a value by now, of how many. */
function countKnown(kinds: readonly { readonly importance: Float32Array }[]): readonly [done: number, total: number] {
  const all = kinds.flatMap(({ importance }) => [...importance])
  return [all.filter((value) => !Number.isNaN(value)).length, all.length]
}

async function answerAttentionAttribution(
  about: About,
  { target, objective, contrast, quadrature }: Of<'attention-attribution'>,
  ask: AskCompute,
  tell: TellTensors,
): Promise<Answer> {
  const finished = new Map<string, PartialLayerAttribution>()
  const known = new Set<string>()
  const found = await ask<'attend'>(
    (checkpoint) => ({
      kind: 'attend',
      checkpoint,
      ...texts(about),
      options: { objective, contrast, quadrature, kinds: null },
      focus: null,
      only: target,
      finished: [...finished.values()],
    }),
    (part) => {
      const place = `${part.kind}.${part.layer}`
      known.add(place)
      if (part.converged[0] === 1) finished.set(place, part)
      tell(tensorsOfLayer(part), finished.size, known.size)
    },
  )
  return { tensors: tensorsOfOne(found), report: null }
}

/** Matrices larger than this wait for the end, bytes. */
const MOST_TOLD = 2 ** 20

/** One layer of an attention attribution with one target, on the way: the importance of its heads, and their matrices. */
function tensorsOfLayer({
  kind,
  layer,
  attribution,
  maxima,
  shape: [, ...shape],
}: PartialLayerAttribution): ResultTensors {
  const importance = { [`importance.${kind}.${layer}`]: vector(maxima) }
  if (attribution.byteLength > MOST_TOLD) return importance
  return { ...importance, [`attribution.${kind}.${layer}`]: floats(shape, attribution) }
}

/** Of an attention attribution with one target. */
function tensorsOfOne({ objective, layers, importance }: AttentionAttribution): ResultTensors {
  const ofLayers = layers.map(
    ({ kind, layer, attribution, shape: [, ...shape] }) =>
      [`attribution.${kind}.${layer}`, floats(shape, attribution)] as const,
  )
  const ofKinds = importance.flatMap(({ kind, shape, importance: data }) => {
    const own = layers.filter((layer) => layer.kind === kind).toSorted((a, b) => a.layer - b.layer)
    return [
      [`importance.${kind}`, floats(shape, data)],
      [`gap.${kind}`, vector(Float32Array.from(own, ({ gap }) => gap[0]!))],
      [`converged.${kind}`, flags(own.map(({ converged }) => converged[0]!))],
    ] as const
  })
  return { objective: vector(objective), ...Object.fromEntries([...ofLayers, ...ofKinds]) }
}

async function answerEffects(
  about: About,
  { value, objective, contrast }: Of<'head-effects'>,
  ask: AskCompute,
): Promise<Answer> {
  const options = { value, objective, contrast }
  const found = await ask((checkpoint) => ({ kind: 'head-effects', checkpoint, ...texts(about), options }))
  const tensors = found.effects.map(({ kind, shape, effect }) => [`effect.${kind}`, floats(shape, effect)] as const)
  return { tensors: { objective: vector(found.objective), ...Object.fromEntries(tensors) }, report: null }
}

async function answerAblation(about: About, question: Of<'ablation'>, ask: AskCompute): Promise<Answer> {
  const { value, objective, contrast } = question
  const heads: readonly Head[] = question.heads.map(readHead)
  const options = { value, objective, contrast }
  const measured = await ask((checkpoint) => ({ kind: 'ablate', checkpoint, ...texts(about), heads, options }))
  const { text, output, steps } = await ask((checkpoint): Extract<Task, { kind: 'write-without' }> => ({
    kind: 'write-without',
    checkpoint,
    ...texts(about),
    heads,
    value,
    alternatives: ALTERNATIVES,
  }))
  return {
    tensors: { objective: vector(measured.objective), ablated: vector(measured.ablated) },
    report: { text, output: listTokens(output), steps: steps.map(listStep) },
  }
}

const listTokens = ({ ids, tokens, offsets, special }: TokenizedText): AblationReport['output'] => ({
  ids: [...ids],
  tokens: [...tokens],
  offsets: offsets.map(([start, end]) => [start, end]),
  special: [...special],
})

const listStep = (step: ScoredStep): AblationReport['steps'][number] => ({
  ...step,
  alternatives: [...step.alternatives],
})

async function answerInteractions(
  about: About,
  { kind: _, of, target, ...options }: Of<'interactions'>,
  ask: AskCompute,
  tell: TellTensors,
): Promise<Answer> {
  const found = await ask<'interact'>(
    (checkpoint) => ({
      kind: 'interact',
      checkpoint,
      ...texts(about),
      options: { kind: of, ...options } satisfies InteractionOptions,
      focus: null,
      only: target,
    }),
    (part) => tell(tensorsOfPairs(part), 0, 1),
  )
  return { tensors: tensorsOfPairs(found), report: { caution: found.caution } }
}

/** Of interactions on one target; NaN for pairs that are not known yet. */
function tensorsOfPairs({ interactions, objective, gap, converged }: Interactions): ResultTensors {
  const tokens = Math.round(Math.sqrt(interactions.length))
  return {
    interactions: floats([tokens, tokens], interactions),
    objective: vector(objective),
    gap: vector(gap),
    converged: flags(converged),
  }
}

async function answerLens(about: About, { count }: Of<'lens'>, ask: AskCompute): Promise<Answer> {
  const found = await ask((checkpoint) => ({ kind: 'lens', checkpoint, ...texts(about), count }))
  const shape = [about.output.length, found.layers]
  const whole = [...shape, found.count]
  return {
    tensors: {
      ids: integers(whole, found.ids),
      logProbs: floats(whole, found.logProbs),
      entropies: floats(shape, found.entropies),
      targetLogProbs: floats(shape, found.targetLogProbs),
      targetRanks: integers(shape, found.targetRanks),
    },
    report: { tokens: found.pieces },
  }
}

async function answerFlow(about: About, ask: AskCompute): Promise<Answer> {
  const found = await ask((checkpoint) => ({ kind: 'flow', checkpoint, ...texts(about) }))
  const rows = about.output.length
  const shares = (['rollout', 'mean'] as const).flatMap((name) =>
    (['source', 'prefix'] as const).map((side) => {
      const data = found[name][side]
      return [`${name}.${side}`, floats([rows, data.length / rows], data)] as const
    }),
  )
  return { tensors: Object.fromEntries(shares), report: null }
}

const floats = (shape: readonly number[], data: Float32Array): FileTensor => ({ dtype: 'F32', shape, data })
const vector = (data: Float32Array): FileTensor => floats([data.length], data)
const integers = (shape: readonly number[], data: Int32Array): FileTensor => ({ dtype: 'I32', shape, data })
const flags = (values: ArrayLike<number>): FileTensor => ({
  dtype: 'U8',
  shape: [values.length],
  data: Uint8Array.from(values),
})
