/** Answers about the heads of the recorded article's model: three and three layers of four heads. Made up, like those in `answers.ts`. */
import type { Question } from '#server/wire/analyses.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { Tensor } from '#web/api/safetensors.ts'
import type { Analysis, StudyQuestion } from '#web/state/analyses.ts'
import { done, flags, floats } from './answers.ts'

const [layers, heads] = [3, 4]
const kinds = ['encoder', 'decoder', 'cross'] as const
type Kind = (typeof kinds)[number]

/** An answer that is there, or null for questions about something else. */
export function headAnswerOf(question: Question | StudyQuestion, instance: InstanceReply): Analysis | null {
  const [n, k] = [instance.source.ids.length, instance.output?.ids.length ?? 0]
  switch (question.kind) {
    case 'head-measures':
      return done(measures(), { roles: [] })
    case 'head-importance':
      return done(each('importance', (kind) => floats([k, layers, heads], (at) => bump(at, kind))))
    case 'head-effects':
      return done(each('effect', (kind) => floats([k, layers, heads], (at) => -0.2 * bump(at, kind) + 0.01)))
    case 'attention-attribution':
      return done(attribution(n, k))
    case 'ablation':
      return done(
        { objective: floats([k], () => -0.1), ablated: floats([k], (at) => -0.1 - (at % 5) / 4) },
        rewritten(instance),
      )
    case 'head-summary':
      return done({
        ...measures(),
        ...each('attribution', (kind) => floats([layers, heads], (at) => bump(at + 1, kind))),
      })
    case 'ablation-curve':
      return done({}, curves())
    default:
      return null
  }
}

const place = (kind: Kind): number => kinds.indexOf(kind)

/** Larger for later layers and for cross attention. */
const bump = (at: number, kind: Kind): number =>
  Math.abs(Math.sin(3 * at + place(kind))) ** 3 * (0.05 + 0.15 * place(kind))

const each = (name: string, of: (kind: Kind) => Tensor): Record<string, Tensor> =>
  Object.fromEntries(kinds.map((kind) => [`${name}.${kind}`, of(kind)]))

const measures = (): Record<string, Tensor> => ({
  ...each('entropy', (kind) => floats([layers, heads], (at) => 1 + bump(at, kind))),
  ...each('distance', (kind) => floats([layers, heads], (at) => (kind === 'cross' ? Number.NaN : 2 + at))),
  ...each('confidence', (kind) => floats([layers, heads], (at) => 4 * bump(at, kind))),
  ...each('sink', (kind) => floats([layers, heads], (at) => bump(at, kind))),
})

function attribution(n: number, k: number): Record<string, Tensor> {
  const size = (kind: Kind): readonly [number, number] => [kind === 'encoder' ? n : k, kind === 'decoder' ? k : n]
  const layersOf = (kind: Kind): readonly (readonly [string, Tensor])[] =>
    Array.from({ length: layers }, (_, layer) => [
      `attribution.${kind}.${layer}`,
      floats([heads, ...size(kind)], (at) => Math.sin(at) ** 21 / 10),
    ])
  return {
    ...Object.fromEntries(kinds.flatMap(layersOf)),
    ...each('importance', (kind) => floats([layers, heads], (at) => bump(at, kind))),
    ...each('converged', () => flags([layers])),
  }
}

/** The same output with its last word left out. */
function rewritten({ output }: InstanceReply): unknown {
  if (output === null) return null
  const { ids, tokens, offsets, special } = output
  const steps = output.steps.map(({ id, token, logProb, entropy }) => ({
    id,
    token,
    logProb,
    entropy,
    alternatives: [],
  }))
  return { text: output.text.replace(/\w+\.$/, '.'), output: { ids, tokens, offsets, special }, steps }
}

const removed = [0, 9, 18, 27, 36]

/** Most important first falls fast, least important first late, random orders in between. */
function curves(): unknown {
  const order = (name: string, bend: number) => ({
    name,
    heads: [],
    points: removed.map((count) => {
      const value = -6 * (count / 36) ** bend
      return { removed: count, change: { value, interval: [value - 0.4, value + 0.3] } }
    }),
  })
  const orders = ['attribution', 'gradient', 'attention'].flatMap((ranking, at) => [
    order(`${ranking} most`, 0.4 + at / 10),
    order(`${ranking} least`, 2.5 - at / 3),
  ])
  return { shown: 12, of: 1000, removed, orders: [...orders, order('random 1', 1), order('random 2', 1.2)] }
}
