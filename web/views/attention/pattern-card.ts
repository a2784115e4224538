/** What the card over a pattern says: of a cell both numbers, of a name what it looks at or what looks at it. */
import { probability, signed } from '#web/marks/numbers.ts'
import type { CardText } from '#web/widgets/hover-card.tsx'
import type { HeadPattern } from './head-patterns.ts'
import type { Pattern } from './pattern.ts'
import { strongestOf, valueAt } from './pattern.ts'
import type { Spot } from './pattern-frame.ts'
import type { Place } from './sides.ts'

export function patternCard(of: HeadPattern, { query, key }: Spot): CardText {
  const [weights, attribution] = [of.weights(), of.attribution()]
  const { queries, keys, causal } = of.sides
  if (query !== null && key !== null) {
    const masked = causal && key > query
    const rows: [string, string][] = []
    if (masked) rows.push(['masked', 'it comes later'])
    else if (weights) rows.push(['attention', probability(valueAt(weights, query, key), 3)])
    if (attribution && !masked) rows.push(['contributes', `${signed(valueAt(attribution, query, key), 3)} nats`])
    return { title: words(queries[query]), note: `looks at ${words(keys[key])}`, rows }
  }
  const at = query !== null ? { query } : { key: key ?? 0 }
  const name = words(query !== null ? queries[query] : keys[key ?? 0])
  const note = query !== null ? 'looks most at' : 'is looked at most by'
  const shown = weights ?? attribution
  const others = query !== null ? keys : queries
  return { title: name, note, rows: shown === null ? [] : strongest(shown, at, of.hidden(), others, weights !== null) }
}

const words = (place: Place | undefined): string => place?.words ?? ''

function strongest(
  pattern: Pattern,
  at: Parameters<typeof strongestOf>[1],
  hidden: number | null,
  others: readonly Place[],
  isWeight: boolean,
): CardText['rows'] {
  return strongestOf(pattern, at, hidden, 4).map(({ index, value }) => [
    words(others[index]),
    isWeight ? probability(value, 3) : `${signed(value, 3)} nats`,
  ])
}
