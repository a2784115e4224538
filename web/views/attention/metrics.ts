/** What the cells of the head maps can show: every metric with its unit, its definition and where it comes from. */
import type { HeadRole } from '#compute/types.ts'
import { WebError } from '#web/errors.ts'

export type MeasureId = 'entropy' | 'distance' | 'confidence' | 'sink'
export type RoleId = `role:${HeadRole}`
export type MetricId = 'attribution' | 'gradient' | 'effect' | MeasureId | RoleId

export interface Metric {
  readonly id: MetricId
  /** On the button and in the head of a column. */
  readonly label: string
  readonly unit: string
  /** Digits of a value in text. */
  readonly digits: number
  /** Whether its sign has a meaning: drawn with the signed ramp. */
  readonly signed: boolean
  /** Whether each output token has a value of its own. */
  readonly perToken: boolean
  /** Whether heads with large values matter more, so that "least important" has a meaning. */
  readonly ranks: boolean
  /** The value is at most this, whatever the model; null without such a bound. */
  readonly most: number | null
  readonly text: string
  readonly formula: string
  readonly source: string
}

const amount = { signed: false, perToken: false, ranks: false, most: null, digits: 2, unit: '' } as const

const roleTexts: Readonly<Record<HeadRole, readonly [label: string, text: string, source: string]>> = {
  'previous-token': ['Previous token', 'Mean weight on the token just before.', 'Voita et al. 2019'],
  'relative-position': ['Relative position', 'Mean weight on the best of the offsets −4 to 4.', 'Voita et al. 2019'],
  'absolute-position': ['Absolute position', 'Mean weight on the best of the first four tokens.', 'Xiao et al. 2024'],
  separator: ['Separators', 'Mean weight on punctuation, line ends and special tokens.', 'Clark et al. 2019'],
  induction: ['Induction', 'Mean weight on what came after earlier copies of the token.', 'Olsson et al. 2022'],
  copying: [
    'Copying',
    'How often the head raises the token it looks at hardest, measured by leaving the head out.',
    'a measured stand-in for the copying score of Elhage et al. 2021',
  ],
  alignment: [
    'Reads in order',
    'How far the head goes through the source in order: rank agreement, times the mean weight of the token it looks at.',
    'Kendall’s τ-b',
  ],
  'gold-alignment': [
    'Word alignment',
    'How well the words it looks at agree with alignments made by people: 1 − alignment error rate.',
    'Och and Ney 2003',
  ],
}

const roleFormula = 'a score from 0 to 1, mean over the queries it can be told for'

const roles: readonly Metric[] = Object.entries(roleTexts).map(([role, [label, text, source]]) => ({
  ...amount,
  id: `role:${role as HeadRole}`, // the table is typed by it
  label,
  most: 1,
  text,
  formula: roleFormula,
  source,
}))

/** Every metric, in the order of the menu. */
export const metrics: readonly Metric[] = [
  {
    ...amount,
    id: 'attribution',
    label: 'Importance',
    unit: 'nats',
    digits: 3,
    perToken: true,
    ranks: true,
    text: 'The largest contribution of any one attention weight of the head to the output token.',
    formula: 'max over i, j of A ⊙ ∫₀¹ ∂F(αA)/∂A dα, all heads of a layer scaled together',
    source: 'Attention attribution: Hao et al. 2021',
  },
  {
    ...amount,
    id: 'gradient',
    label: 'Gradient importance',
    unit: 'nats',
    digits: 3,
    perToken: true,
    ranks: true,
    text: 'The same from one gradient at the text itself: fast, and blind to what saturates.',
    formula: 'max over i, j of A ⊙ ∂F/∂A',
    source: 'Michel et al. 2019, per weight as in Hao et al. 2021',
  },
  {
    ...amount,
    id: 'effect',
    label: 'Effect when pruned',
    unit: 'nats',
    digits: 3,
    signed: true,
    perToken: true,
    ranks: true,
    text: 'What leaving out this head alone changes, measured: below zero the output token loses probability.',
    formula: 'F without the head − F',
    source: 'Michel et al. 2019',
  },
  {
    ...amount,
    id: 'entropy',
    label: 'Entropy',
    unit: 'nats',
    text: 'How widely the head looks: 0 where it looks at one token alone.',
    formula: '−Σⱼ aⱼ ln aⱼ of a query’s weights a, mean over queries',
    source: 'Shannon; for heads Voita et al. 2019',
  },
  {
    ...amount,
    id: 'distance',
    label: 'Distance',
    unit: 'tokens',
    digits: 1,
    text: 'How far away the head looks. Cross attention has none: its two sides count different texts.',
    formula: 'Σⱼ aⱼ |i − j|, mean over queries i',
    source: 'Clark et al. 2019',
  },
  {
    ...amount,
    id: 'confidence',
    label: 'Confidence',
    most: 1,
    text: 'How much weight the most attended token gets, special tokens included.',
    formula: 'maxⱼ aⱼ, mean over queries',
    source: 'Voita et al. 2019',
  },
  {
    ...amount,
    id: 'sink',
    label: 'Attention on the first token',
    most: 1,
    text: 'The weight that lands on the first token, whatever it is: attention that looks at nothing in particular.',
    formula: 'a₀, mean over queries',
    source: 'Attention sinks: Xiao et al. 2024',
  },
  ...roles,
]

export function metricOf(id: MetricId): Metric {
  const found = metrics.find((each) => each.id === id)
  if (found === undefined) throw new WebError('internal', `internal: no metric "${id}"`)
  return found
}

/** The role a metric scores; null for the others. */
export const roleOf = (id: MetricId): HeadRole | null => (id.startsWith('role:') ? (id.slice(5) as HeadRole) : null)

export const roleNames: readonly HeadRole[] = Object.keys(roleTexts) as HeadRole[]

/** One letter for each role, drawn in the corner of a cell. */
export const roleLetters: Readonly<Record<HeadRole, string>> = {
  'previous-token': 'P',
  'relative-position': 'R',
  'absolute-position': 'F',
  separator: 'S',
  induction: 'I',
  copying: 'C',
  alignment: 'O',
  'gold-alignment': 'A',
}
