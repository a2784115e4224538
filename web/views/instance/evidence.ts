/** Numbers of the Instance View that can become evidence in a note. */
import type { Evidence, TokenChoice } from '#collab/wire/document.ts'
import type { Piece } from '#web/marks/pieces.ts'
import { spanText } from '#web/marks/pieces.ts'
import { strongest } from '#web/marks/scale.ts'
import { unitOf } from './explanations.ts'
import type { Side } from './frame.ts'
import type { Reaching } from './layout.ts'
import { spanOf, sumsOf } from './layout.ts'
import type { InstanceModel } from './model.ts'

/** One number with what it stands for: what is missing to a chip is the note, the stance and the person. */
export type Candidate = Pick<
  Evidence,
  'instance' | 'token' | 'about' | 'options' | 'quote' | 'value' | 'unit' | 'gap' | 'run'
>

/** The numbers on screen worth keeping, the one under the focus first. */
export function candidatesOf(model: InstanceModel, focus: TokenChoice | null): readonly Candidate[] {
  const choice = model.choice()
  const { instance, options, pieces } = model
  if (choice === null) return []
  const scores = model.scores()
  const run = model.entry()?.run ?? null
  const base = { instance: instance().id, token: choice, options: options(), about: null, gap: null, run: null }
  if (choice.side === 'source') return drawnCandidates(model, base, run)
  const reaching = model.reaching()
  const [first, last] = spanOf(choice)
  const gap = scores && reaching ? finite(sumsOf(scores, first, last).gap) : null
  const unit = unitOf(options().objective)
  const name = textOf(pieces(), choice)
  const values = reaching
    ? [...aboutTokens(reaching, focus), ...aboutSums(reaching)].map(({ about, words, value }) => ({
        ...base,
        about,
        value,
        unit,
        gap,
        run,
        quote: `${about ? `“${textOf(pieces(), about)}”` : words} → ${name}`,
      }))
    : []
  return [...values, ...stepCandidates(model, base, first, last, name)].map(shortQuote)
}

/** The focused token, then the strongest of both lanes. */
function aboutTokens(reaching: Reaching, focus: TokenChoice | null): readonly Named[] {
  const focused = focus ? valueOf(reaching, focus) : null
  const picks = (side: Side, most: number): readonly TokenChoice[] =>
    strongest(reaching[side], most, 0).map((index) => ({ side, index }))
  const others = [...picks('source', 4), ...picks('output', 3)]
    .filter((token) => token.side !== focus?.side || token.index !== focus.index)
    .map((token) => ({ about: token, words: '', value: valueOf(reaching, token) ?? 0 }))
    .sort((left, right) => Math.abs(right.value) - Math.abs(left.value))
  return focus && focused !== null ? [{ about: focus, words: '', value: focused }, ...others] : others
}

interface Named {
  readonly about: TokenChoice | null
  readonly words: string
  readonly value: number
}

const aboutSums = (reaching: Reaching): readonly Named[] => [
  { about: null, words: 'whole source', value: total(reaching.source) },
  { about: null, words: 'earlier output', value: total(reaching.output) },
]

const valueOf = (reaching: Reaching, { side, index }: TokenChoice): number | null => reaching[side][index] ?? null

const total = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

type Base = Omit<Candidate, 'quote' | 'value' | 'unit'>

/** Entropy and log-probability need no run. */
function stepCandidates(
  model: InstanceModel,
  base: Base,
  first: number,
  last: number,
  name: string,
): readonly Candidate[] {
  const steps = model.instance().output?.steps.slice(first, last + 1) ?? []
  const sum = (of: (step: { logProb: number; entropy: number }) => number): number =>
    steps.reduce((all, step) => all + of(step), 0)
  return [
    { ...base, quote: `“${name}”`, value: sum((step) => step.entropy), unit: 'nats entropy' },
    { ...base, quote: `“${name}”`, value: sum((step) => step.logProb), unit: 'nats log-prob' },
  ]
}

/** With a source token chosen: what the outputs drew on it. */
function drawnCandidates(model: InstanceModel, base: Base, run: string | null): readonly Candidate[] {
  const drawn = model.drawn()
  if (drawn === null) return []
  const unit = unitOf(model.options().objective)
  const name = textOf(model.pieces(), base.token)
  return strongest(drawn, 5, 0)
    .map((index): Candidate => {
      const about: TokenChoice = { side: 'output', index }
      return {
        ...base,
        about,
        run,
        unit,
        value: drawn[index] ?? 0,
        quote: `“${name}” → ${textOf(model.pieces(), about)}`,
      }
    })
    .map(shortQuote)
}

function textOf(pieces: Readonly<Record<Side, readonly Piece[]>>, choice: TokenChoice): string {
  return spanText(pieces[choice.side], ...spanOf(choice)) || '·'
}

const longestQuote = 120

const shortQuote = (candidate: Candidate): Candidate =>
  candidate.quote.length > longestQuote
    ? { ...candidate, quote: `${candidate.quote.slice(0, longestQuote - 1)}…` }
    : candidate

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
