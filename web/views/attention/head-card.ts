/** What the card of a head says: its values in the metric on screen, its rank, and what else is known of it. */
import type { Head } from '#compute/types.ts'
import type { Person } from '#collab/wire/presence.ts'
import type { CardText } from '#web/widgets/hover-card.tsx'
import { namesOf } from '#web/widgets/person.ts'
import type { Board } from './board.ts'
import type { MapValues } from './cells.ts'
import { valueText } from './cells.ts'
import type { HeadMap } from './heads.ts'
import { countOf, indexOf, nameOf } from './heads.ts'

type HeadPeople = ReadonlyMap<string, readonly Person[]>

export function cardOf(
  board: Board,
  values: readonly MapValues[],
  ranks: ReadonlyMap<HeadMap, Int32Array>,
  people: { readonly others: () => HeadPeople; readonly leftOut: () => HeadPeople },
  head: Head,
): CardText {
  const metric = board.metric()
  const own = values.find(({ map }) => map.kind === head.kind)
  const at = own ? indexOf(head, own.map) : 0
  const rank = own ? (ranks.get(own.map)?.[at] ?? 0) : 0
  const rows: [string, string][] = []
  const about = metric.perToken ? (board.quote() ?? 'mean over the output') : 'this instance'
  if (own?.instance) rows.push([`${metric.label.toLowerCase()}, ${about}`, valueText(own.instance[at], metric)])
  if (own?.mean) rows.push(['corpus mean', spread(own, at, (value) => valueText(value, metric))])
  if (rank > 0) rows.push(['rank among all heads', `${rank} of ${countOf(board.maps())}`])
  const who = people.others().get(nameOf(head)) ?? []
  if (who.length > 0) rows.push(['also chosen by', namesOf(who)])
  const against = people.leftOut().get(nameOf(head)) ?? []
  if (against.length > 0) rows.push(['marked to be left out by', namesOf(against)])
  return {
    title: board.titleOf(head),
    note: board.pruned().has(nameOf(head)) ? 'left out' : '',
    rows,
  }
}

function spread({ mean, deviation }: MapValues, at: number, text: (value: number | undefined) => string): string {
  const own = text(mean?.[at])
  const around = deviation?.[at]
  return around === undefined || Number.isNaN(around) ? own : `${own} ± ${around.toPrecision(2)}`
}
