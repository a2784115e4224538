/** What one token's box says: for the card under the pointer, and for screen readers. */
import type { TokenChoice } from '#collab/wire/document.ts'
import { plain, probability, signed } from '#web/marks/numbers.ts'
import type { CardText } from '#web/widgets/hover-card.tsx'
import { withUnit } from './explanations.ts'
import { flagNames, flagSigns } from './flags.ts'
import type { Side } from './frame.ts'
import { spanOf } from './layout.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'

type Row = readonly [name: string, value: string]

export function cardText(model: InstanceModel, side: Side, index: number): CardText {
  const piece = model.pieces()[side][index]
  const place = side === 'source' ? `source token ${index + 1}` : `output step ${index + 1}`
  const id = model.instance()[side]?.ids[index]
  return {
    title: piece?.label ?? '',
    note: `${place}${id === undefined ? '' : ` · id ${id}`}${piece && piece.raw !== piece.label ? ` · ${piece.raw}` : ''}`,
    rows: factsOf(model, side, index),
  }
}

/** The same as one line. */
export function describeToken(model: InstanceModel, side: Side, index: number): string {
  const piece = model.pieces()[side][index]
  const choice = model.choice()
  const [first, last] = choice?.side === side ? spanOf(choice) : [-1, -1]
  const chosen = index >= first && index <= last ? ', chosen' : ''
  return [`${piece?.label ?? ''}${chosen}`, ...factsOf(model, side, index).map((row) => row.join(' '))].join(', ')
}

function factsOf(model: InstanceModel, side: Side, index: number): readonly Row[] {
  return [...contribution(model, side, index), ...attention(model, side, index), ...step(model, side, index)]
}

function contribution(model: InstanceModel, side: Side, index: number): readonly Row[] {
  const choice = model.choice()
  const frame = model.frame(side)
  const value = frame.held || frame.tone === 'amount' ? null : (frame.values[index] ?? null)
  if (value === null || choice === null) return []
  const quote = quoteOf(model.pieces(), choice)
  const reading = choice.side === 'output' ? `toward ${quote}` : `drew on ${quote}`
  const share = side === 'source' ? shareOf(model, choice, value) : null
  const rows: Row[] = [[reading, withUnit(signed(value), model.options().objective)]]
  return share === null ? rows : [...rows, ['of all contributions', share]]
}

/** The token's part of the sum of absolute contributions: shares of a signed sum can exceed one and mislead. */
function shareOf(model: InstanceModel, choice: TokenChoice, value: number): string | null {
  const reaching = model.reaching()
  if (reaching === null || choice.side !== 'output') return null
  const all = [...reaching.source, ...reaching.output, reaching.start, reaching.inside]
  const size = all.reduce<number>((sum, part) => sum + Math.abs(part ?? 0), 0)
  return size > 0 ? `${((100 * Math.abs(value)) / size).toFixed(1)} %` : null
}

function attention(model: InstanceModel, side: Side, index: number): readonly Row[] {
  const frame = model.frame(side)
  const weight = (frame.tone === 'amount' ? frame.values[index] : frame.feet?.[index]) ?? null
  return weight === null ? [] : [[`attention, ${model.attention.name()}`, probability(weight, 3)]]
}

function step(model: InstanceModel, side: Side, index: number): readonly Row[] {
  const written = side === 'output' ? model.instance().output?.steps[index] : undefined
  if (!written) return []
  const flags = model.flags().filter(({ first, last }) => first <= index && index <= last)
  return [
    ['probability when written', probability(Math.exp(written.logProb), 3)],
    ['entropy of the step', `${plain(written.entropy, 2)} nats`],
    ...flags.map(({ kind, reason }): Row => [`${flagSigns[kind]} ${flagNames[kind]}`, reason]),
  ]
}
