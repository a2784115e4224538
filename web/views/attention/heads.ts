/** The heads of a model as maps: one grid of layers and heads for each kind of attention, with names for people and for links. */
import type { AttentionKind, CheckpointSummary, Head } from '#compute/types.ts'
import type { CountFrom } from '#web/marks/head-name.ts'
import { headNumber, parseHead } from '#web/marks/head-name.ts'

/** All heads of one kind of attention. */
export interface HeadMap {
  readonly kind: AttentionKind
  readonly title: string
  readonly layers: number
  readonly heads: number
}

const titles: Readonly<Record<AttentionKind, string>> = {
  encoder: 'Encoder self',
  decoder: 'Decoder self',
  cross: 'Cross',
}

/** The maps of a model, in the order they are drawn: three for an encoder-decoder, one for a decoder alone. */
export function mapsOf({
  kind,
  layers,
  heads,
}: Pick<CheckpointSummary, 'kind' | 'layers' | 'heads'>): readonly HeadMap[] {
  const decoder: HeadMap = {
    kind: 'decoder',
    title: kind === 'decoder-only' ? 'Self' : titles.decoder,
    layers: layers.decoder,
    heads: heads.decoder,
  }
  if (kind === 'decoder-only') return [decoder]
  return [
    { kind: 'encoder', title: titles.encoder, layers: layers.encoder, heads: heads.encoder },
    decoder,
    { kind: 'cross', title: titles.cross, layers: layers.decoder, heads: heads.decoder },
  ]
}

export const countOf = (maps: readonly HeadMap[]): number =>
  maps.reduce((sum, { layers, heads }) => sum + layers * heads, 0)

/** As documents and links write it: `cross.2.1`. */
export const nameOf = ({ kind, layer, head }: Head): string => `${kind}.${layer}.${head}`

/** The head of that name where the model has one. */
export function headOf(name: string, maps: readonly HeadMap[]): Head | null {
  const head = parseHead(name)
  const map = maps.find(({ kind }) => kind === head?.kind)
  return head && map && head.layer < map.layers && head.head < map.heads ? head : null
}

/** The heads of these names that the model has, in their order. */
export const headsOf = (names: readonly string[], maps: readonly HeadMap[]): readonly Head[] =>
  names.flatMap((name) => headOf(name, maps) ?? [])

/** The place of a head in a tensor [layers, heads]. */
export const indexOf = ({ layer, head }: Pick<Head, 'layer' | 'head'>, { heads }: Pick<HeadMap, 'heads'>): number =>
  layer * heads + head

/** "Cross L2.H1"; of a decoder alone "Self L2.H1". */
export function titleOf(head: Head, maps: readonly HeadMap[], countFrom: CountFrom): string {
  const title = maps.find(({ kind }) => kind === head.kind)?.title ?? titles[head.kind]
  return `${title} ${headNumber(head, countFrom)}`
}
