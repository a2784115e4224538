/** Attention heads by the names they have in links and results. */
import type { CheckpointSummary, Head } from '#compute/types.ts'

/** The head that a name such as `cross.2.1` stands for; null for what is no name. */
export function parseHead(name: string): Head | null {
  const match = /^(encoder|decoder|cross)\.(\d{1,3})\.(\d{1,3})$/.exec(name)
  return match && { kind: match[1] as Head['kind'], layer: Number(match[2]), head: Number(match[3]) } // one of the three by its pattern
}

/** The number of the first layer and the first head on screen; links and files count from 0. */
export type CountFrom = 0 | 1

/** "L2", as a layer is called on screen. */
export const layerNumber = (layer: number, from: CountFrom): string => `L${layer + from}`

/** "L2.H1", as a head is called on screen where its kind is known. */
export const headNumber = ({ layer, head }: Pick<Head, 'layer' | 'head'>, from: CountFrom): string =>
  `${layerNumber(layer, from)}.H${head + from}`

/** "cross L2.H1", as heads are called on screen. */
export const headLabel = (head: Head, from: CountFrom): string => `${head.kind} ${headNumber(head, from)}`

/** Every head of a model by name, kind by kind. */
export function headNames({
  kind,
  layers,
  heads,
}: Pick<CheckpointSummary, 'kind' | 'layers' | 'heads'>): readonly string[] {
  const of = (name: Head['kind'], depth: number, width: number): readonly string[] =>
    Array.from({ length: depth * width }, (_, index) => `${name}.${Math.floor(index / width)}.${index % width}`)
  const decoder = of('decoder', layers.decoder, heads.decoder)
  if (kind === 'decoder-only') return decoder
  return [...of('encoder', layers.encoder, heads.encoder), ...decoder, ...of('cross', layers.decoder, heads.decoder)]
}
