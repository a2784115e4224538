/** One sentence about a head and a token: what it looks at, what that contributes, and what is lost without it. */
import { probability, signed } from '#web/marks/numbers.ts'
import type { Pattern } from './pattern.ts'
import { strongestOf, valueAt } from './pattern.ts'
import type { Sides } from './sides.ts'

export interface VerdictParts {
  readonly sides: Sides
  readonly weights: Pattern
  readonly attribution: Pattern | null
  readonly hidden: number | null
  /** The row of the chosen token; null without one in this kind of attention. */
  readonly row: number | null
  /** F without the head less F, nats; null where it was not measured. */
  readonly effect: number | null
}

/** Effects below this are next to nothing. */
const little = 0.01

export function verdictOf({ sides, weights, attribution, hidden, row, effect }: VerdictParts): string {
  if (row === null) return 'Choose a token to see what it looks at; hover a name for what looks at it.'
  const [best] = strongestOf(weights, { query: row }, hidden, 1)
  if (best === undefined) return `${sentence(sides.queries[row]?.words)}: looks at nothing but the sink.`
  const given = attribution === null ? null : valueAt(attribution, row, best.index)
  const parts = [
    `${probability(best.value)} on ${sides.keys[best.index]?.words ?? ''}`,
    given === null || Number.isNaN(given) ? null : `which contributes ${signed(given, 3)} nats`,
    effect === null
      ? null
      : `without the head, log-prob ${signed(effect, 3)} nats${Math.abs(effect) < little ? ', next to nothing' : ''}`,
  ]
  return `${sentence(sides.queries[row]?.words)}: ${parts.filter((part) => part !== null).join('; ')}`
}

const sentence = (words = ''): string => words.charAt(0).toLocaleUpperCase() + words.slice(1)
