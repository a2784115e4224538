/**
 * What an answer draws on: the log-prob of the reference answer after a prompt, attributed to the prompt's tokens by integrated
 * gradients and added up over its segments, for each condition. The answer is the reference under every condition and checkpoint, so
 * that the same F is compared.
 */
import { attribute } from '#compute/attribution/attribute.ts'
import { joinTargets, outputProblem } from '#compute/attribution/problem.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { usualBootstrap } from '#compute/evaluation/bootstrap.ts'
import { meanMeasure } from '#compute/evaluation/measures.ts'
import type { Measure } from '#compute/evaluation/measures.ts'
import { openTally } from '#compute/evaluation/tally.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import type {
  Attribution,
  DemonstrationsTask,
  Progress,
  PromptRow,
  SegmentName,
  TokenizedText,
} from '#compute/types.ts'
import { encodeOutput } from '#compute/tasks/language.ts'
import { floats, integers } from './study.ts'
import type { StudySteps } from './study.ts'

/** Segments of prompts, and what is left: the template between them, and the answer so far where it has several tokens. */
const segmentNames = [
  'demonstration-question',
  'demonstration-options',
  'demonstration-label',
  'question',
  'options',
  'rest',
  'answer-so-far',
] as const
type Part = (typeof segmentNames)[number]

/** What was found for one row. */
interface Drawn {
  readonly row: PromptRow
  /** Signed sums, nats, and shares of the absolute scores, by part. */
  readonly contribution: readonly number[]
  readonly share: readonly number[]
  /** Share of the tokens, to compare with. */
  readonly tokens: readonly number[]
  readonly objective: number
  readonly baselineObjective: number
  readonly gap: number
  readonly converged: boolean
}

export async function* drawOnSegments(opened: Opened, { rows, quadrature }: DemonstrationsTask): StudySteps {
  const found: Drawn[] = []
  for (const [done, row] of rows.entries()) {
    found.push(yield* drawOne(opened, row, quadrature, { stage: 'Attributing answers', done, total: rows.length }))
  }
  const conditions = [...new Set(rows.map(({ condition }) => condition))]
  const width = segmentNames.length
  const matrix = (of: (drawn: Drawn) => readonly number[]) => floats(found.flatMap(of), [found.length, width])
  return {
    tensors: {
      ordinals: integers(rows.map(({ row }) => row)),
      condition: integers(rows.map(({ condition }) => conditions.indexOf(condition))),
      contribution: matrix(({ contribution }) => contribution),
      share: matrix(({ share }) => share),
      objective: floats(found.map(({ objective }) => objective)),
      'objective.baseline': floats(found.map(({ baselineObjective }) => baselineObjective)),
      gap: floats(found.map(({ gap }) => gap)),
    },
    report: {
      rows: rows.length,
      segments: segmentNames,
      baseline: 'mean',
      quadrature,
      bootstrap: usualBootstrap,
      conditions: conditions.map((name) =>
        summarise(
          name,
          found.filter(({ row }) => row.condition === name),
        ),
      ),
    },
  }
}

async function* drawOne(
  opened: Opened,
  row: PromptRow,
  quadrature: DemonstrationsTask['quadrature'],
  progress: Progress,
): AsyncGenerator<Progress, Drawn> {
  const tokenizer = await opened.tokenizer()
  const { model } = opened.engine
  const prompt = await tokenizer.encode(row.prompt)
  // The answer follows the prompt and one space.
  const answer = await encodeOutput(opened, tokenizer, model.kind === 'decoder-only' ? ` ${row.answer}` : row.answer)
  const whole = outputProblem(model, prompt.ids, answer.ids)
  const problem: Problem = { ...whole, targets: [joinTargets(whole.targets)] }
  const options = {
    method: 'integrated-gradients',
    baseline: 'mean',
    objective: 'log-prob',
    attributeSpecial: false,
    contrast: null,
    quadrature,
  } as const
  const steps = attribute(opened.engine, problem, options, null, { focus: () => null, finished: null })
  for (;;) {
    const step = await steps.next()
    if (step.done === true) return sumSegments(row, prompt, step.value)
    yield progress
  }
}

function sumSegments(row: PromptRow, prompt: TokenizedText, attribution: Attribution): Drawn {
  const scores = [...attribution.source, ...attribution.prefix]
  const parts = scores.map((_, token) => partOf(row, prompt, token))
  const absolute = scores.reduce((sum, score) => sum + Math.abs(score), 0)
  const over = (of: (score: number) => number): readonly number[] =>
    segmentNames.map((name) => scores.reduce((sum, score, token) => (parts[token] === name ? sum + of(score) : sum), 0))
  return {
    row,
    contribution: over((score) => score),
    share: over((score) => Math.abs(score) / absolute),
    tokens: over(() => 1 / scores.length),
    objective: attribution.objective[0]!,
    baselineObjective: attribution.baselineObjective[0]!,
    gap: attribution.gap[0]!,
    converged: attribution.converged[0] === 1,
  }
}

/** The segment that the first letter of a token stands in; tokens behind the prompt are the answer's. */
function partOf({ prompt: text, segments }: PromptRow, { offsets }: TokenizedText, token: number): Part {
  const place = offsets[token]
  if (place === undefined) return 'answer-so-far'
  const [start, end] = place
  const spaces = /^\s*/.exec(text.slice(start, end))![0].length
  const first = Math.min(start + spaces, Math.max(start, end - 1))
  const found = segments.find((segment) => first >= segment.start && first < segment.end)
  return found?.name ?? ('rest' satisfies Exclude<Part, SegmentName>)
}

function summarise(name: string, found: readonly Drawn[]) {
  const tally = openTally()
  for (const { row, contribution, share, tokens, objective, baselineObjective } of found) {
    const named = (kind: string, values: readonly number[]): readonly Measure[] =>
      values.map((value, i) => meanMeasure(`${kind} ${segmentNames[i]!}`, value, 1))
    tally.add(row.row, [
      ...named('contribution', contribution),
      ...named('share', share),
      ...named('tokens', tokens),
      meanMeasure('objective', objective, 1),
      meanMeasure('change', objective - baselineObjective, 1),
    ])
  }
  const report = tally.report()
  return {
    name,
    rows: found.length,
    converged: found.filter(({ converged }) => converged).length,
    objective: report['objective'],
    change: report['change'],
    segments: segmentNames.map((segment) => ({
      segment,
      contribution: report[`contribution ${segment}`],
      share: report[`share ${segment}`],
      tokens: report[`tokens ${segment}`]?.value ?? null,
    })),
  }
}
