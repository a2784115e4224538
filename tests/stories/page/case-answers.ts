/** Answers to the studies of the three cases. Made up, like those in `answers.ts`: they show how figures look, not what a model does. */
import type { DemonstrationsReport, EntitySupportReport, EvaluationReport } from '#server/wire/case-studies.ts'
import type { EstimateReply, PruningReport } from '#server/wire/head-studies.ts'
import type { Analysis, StudyQuestion } from '#web/state/analyses.ts'
import { done, floats } from './answers.ts'

const types = ['country', 'date', 'number', 'role', 'town', 'organisation']
const names = 240
/** Every sixth name is invented. */
const isInvented = (at: number): boolean => at % 6 === 0
const entropyOf = (at: number): number => (isInvented(at) ? 2.4 : 0.5) * (1 + Math.sin(at * 2.3)) + 0.01

const estimate = (value: number, spread: number): EstimateReply => ({
  value,
  interval: [value - spread, value + spread],
})

/** An answer that is there, or null for studies of no case. */
export function caseAnswerOf(study: StudyQuestion): Analysis | null {
  switch (study.kind) {
    case 'entity-support':
      return support()
    case 'pruning':
      return done({}, pruning())
    case 'reconstruction':
      return done(
        Object.fromEntries(
          kinds.map((kind, place) => [
            `r2.${kind}`,
            floats([3, 4], (at) => 0.2 + 0.2 * place + 0.15 * Math.sin(3 * at + place)),
          ]),
        ),
        { shown: 300, of: 1000, sampled: {}, predictors: 'the other heads of the layer' },
      )
    case 'evaluation':
      return done({}, evaluation(study['checkpoint'] === undefined || study['checkpoint'] === null))
    case 'demonstrations':
      return done({}, demonstrations(study['checkpoint'] === undefined || study['checkpoint'] === null))
    default:
      return null
  }
}

function support(): Analysis {
  const all = [...Array(names).keys()]
  const rising = all.toSorted((a, b) => entropyOf(b) - entropyOf(a))
  const curve = { thresholds: [], flagged: [], hits: [], precision: [], recall: [] } as Record<string, number[]>
  let hits = 0
  rising.forEach((at, i) => {
    if (isInvented(at)) hits++
    curve['thresholds']!.push(entropyOf(at))
    curve['flagged']!.push(i + 1)
    curve['hits']!.push(hits)
    curve['precision']!.push(hits / (i + 1))
    curve['recall']!.push(hits / (names / 6))
  })
  const listed = ['Glanwydd', 'chemist', '220 million', 'Tarawhai', 'mayor', 'Connarra', 'Wessmere', '1994'].map(
    (text, i) => ({ row: i, token: 4, text, type: types[i % types.length]!, entropy: 3 - i * 0.21 }),
  )
  const spread = (mean: number) => ({ count: 200, mean, quartiles: [0.1, mean, mean * 1.5], least: 0, most: 4.8 })
  const ranked = { positives: 40, negatives: 200, auroc: estimate(0.794, 0.03), averagePrecision: estimate(0.6, 0.05) }
  const report = {
    shown: 1000,
    of: 1000,
    types,
    measures: {},
    supported: spread(0.5),
    unsupported: spread(2.4),
    doubtful: listed,
    sure: listed.toReversed(),
    ranking: { entropy: ranked, negativeLogProb: ranked },
    names: { ...curve, positives: 40, cases: names },
    outputs: { ...curve, positives: 40, cases: names },
  } as unknown as EntitySupportReport // the curve is filled above
  return done(
    {
      'names.type': floats([names], (at) => (at + Math.floor(at / 7)) % types.length),
      'names.entropy': floats([names], entropyOf),
      'names.supported': { dtype: 'U8', shape: [names], data: Uint8Array.from(all, (at) => (isInvented(at) ? 0 : 1)) },
    },
    report,
  )
}

const kinds = ['encoder', 'decoder', 'cross'] as const

function pruning(): PruningReport {
  const counts = [0, 2, 4, 6, 8, 10, 12]
  const points = (lasts: number) =>
    counts.map((removed) => ({ removed, score: estimate(96 / (1 + (removed / lasts) ** 6), 4) }))
  return {
    shown: 60,
    of: 1000,
    metric: 'bleu',
    rankedOn: 24,
    kinds: kinds.map((kind, place) => ({
      kind,
      heads: 12,
      least: {
        order: Array.from({ length: 12 }, (_, i) => `${kind}.${((i * 7) % 12) >> 2}.${(i * 7) % 4}`),
        points: points(8 + place),
      },
      random: { points: points(4 + place) },
      seeds: [],
    })),
  }
}

const conditions = ['gold', 'random', 'none', 'adversarial']

function evaluation(isFinal: boolean): EvaluationReport {
  return {
    shown: 1200,
    of: 1200,
    signatures: {},
    measures: {},
    groups: conditions.map((name, i) => ({
      name,
      rows: 300,
      measures: { answerAccuracy: estimate((isFinal ? 0.98 : 0.78) - [0, 0.08, 0.3, 0.02][i]!, 0.03) },
    })),
  }
}

function demonstrations(isFinal: boolean): DemonstrationsReport {
  const segments = [
    'demonstration-label',
    'demonstration-options',
    'demonstration-question',
    'question',
    'options',
    'rest',
  ]
  return {
    shown: 120,
    of: 1200,
    segments,
    conditions: conditions.map((name, c) => ({
      name,
      rows: 30,
      converged: 30,
      objective: estimate(-0.2, 0.1),
      change: estimate(4, 0.3),
      segments: segments.map((segment, s) => {
        const isAbsent = name === 'none' && segment.startsWith('demonstration')
        const share = isAbsent ? 0 : [0.12, 0.1, 0.08, 0.2, 0.2, 0.3][s]! * (isFinal ? 1 : 0.9)
        const contribution = isAbsent ? 0 : (isFinal ? 0.6 : 0.4) - 0.1 * c
        return {
          segment,
          contribution: estimate(contribution, 0.12),
          share: estimate(share, 0.02),
          tokens: isAbsent ? 0 : 0.1,
        }
      }),
    })),
  }
}
