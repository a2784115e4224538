/** What the figures of the phrasebook read out of studies of heads. Pure. */
import type { AblationCurveReport, HeadSummaryReport, PruningReport } from '#server/wire/head-studies.ts'
import type { CountFrom } from '#web/marks/head-name.ts'
import { headLabel, parseHead } from '#web/marks/head-name.ts'
import type { Found } from '../answer.ts'
import type { BandLine } from '../charts/band-lines.tsx'
import type { HeadValues } from '../charts/head-table.tsx'

/** `cross.2.1` as it is called on screen. */
export function labelOf(name: string, from: CountFrom): string {
  const head = parseHead(name)
  return head === null ? name : headLabel(head, from)
}

/** How orders of heads are called and drawn; random ones are one grey bundle. */
const orders: readonly (readonly [name: string, label: string, mark: string])[] = [
  ['attribution most', 'most important first', 'first-line'],
  ['attribution least', 'least important first', 'second-line'],
]

/** Curves of F: the ranking from both ends, and every random order. */
export function curveLines({ orders: found }: AblationCurveReport): readonly BandLine[] {
  const named = orders.flatMap(([name, label, mark]) => {
    const order = found.find((each) => each.name === name)
    return order === undefined ? [] : [{ label, mark, points: pointsOf(order) }]
  })
  const random = found
    .filter(({ name }) => name.startsWith('random'))
    .map((order) => ({ label: order.name, mark: 'random-line', points: pointsOf(order) }))
  return [...random, ...named]
}

const pointsOf = ({ points }: AblationCurveReport['orders'][number]): BandLine['points'] =>
  points.map(({ removed, change }) => ({ x: removed, estimate: change }))

export type PrunedKind = PruningReport['kinds'][number]

/** The metric of one kind of attention: least important heads pruned, beside random ones. */
export function pruningLines(own: PrunedKind): readonly BandLine[] {
  const points = (list: PrunedKind['least']['points']): BandLine['points'] =>
    list.map(({ removed, score }) => ({ x: removed, estimate: score }))
  const least = { label: 'least important', mark: 'second-line', points: points(own.least.points) }
  const random =
    own.random === null ? [] : [{ label: 'random', mark: 'random-line', points: points(own.random.points) }]
  return [...random, least]
}

/** The half of each kind that would be pruned first. */
export const leastHalf = ({ kinds: found }: PruningReport): ReadonlySet<string> =>
  new Set(found.flatMap(({ heads, least }) => least.order.slice(0, Math.floor(heads / 2))))

interface MeanOfHeads {
  readonly heads: number
  /** NaN of none. */
  readonly mean: number
}

/** The means of marked heads and of the others, kind by kind; heads without a value count in neither. */
export function meansByMark(
  maps: readonly HeadValues[],
  marked: ReadonlySet<string>,
): readonly { readonly kind: string; readonly marked: MeanOfHeads; readonly others: MeanOfHeads }[] {
  return maps.map(({ kind, heads, values }) => {
    const mean = (wanted: boolean): MeanOfHeads => {
      const own = Array.from(values).filter(
        (value, i) => !Number.isNaN(value) && marked.has(`${kind}.${Math.floor(i / heads)}.${i % heads}`) === wanted,
      )
      return { heads: own.length, mean: own.reduce((sum, value) => sum + value, 0) / own.length }
    }
    return { kind, marked: mean(true), others: mean(false) }
  })
}

const kinds = ['encoder', 'decoder', 'cross'] as const

/** A matrix of heads for each kind of attention that the result has. */
export function mapsOf({ tensors }: Found<unknown>, name: string): readonly HeadValues[] {
  return kinds.flatMap((kind) => {
    const tensor = tensors.get(`${name}.${kind}`)
    if (tensor === undefined) return []
    const [layers = 0, heads = 0] = tensor.shape
    return [{ kind, layers, heads, values: tensor.data }]
  })
}

export interface RoleRow {
  readonly role: string
  readonly definition: string
  /** `cross.2.1`, and its score in [0, 1]. */
  readonly head: string
  readonly score: number
  /** F without the head less F, nats a token. */
  readonly effect: number
}

/** The head that does most of each role. */
export function roleRows(found: Found<HeadSummaryReport>): readonly RoleRow[] {
  const effects = mapsOf(found, 'effect')
  return found.report.roles.flatMap(({ role, definition }): readonly RoleRow[] => {
    let best: RoleRow | null = null
    for (const map of mapsOf(found, `role.${role}`)) {
      for (let i = 0; i < map.values.length; i++) {
        const score = map.values[i]!
        if (Number.isNaN(score) || (best !== null && score <= best.score)) continue
        const head = `${map.kind}.${Math.floor(i / map.heads)}.${i % map.heads}`
        const effect = effects.find(({ kind }) => kind === map.kind)?.values[i] ?? NaN
        best = { role, definition, head, score, effect }
      }
    }
    return best === null ? [] : [best]
  })
}
