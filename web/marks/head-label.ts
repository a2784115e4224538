/** How heads and layers are called on screen, counted from 0 or from 1 as a person prefers. */

/** The number of the first layer and the first head. */
export type CountFrom = 0 | 1

const kinds: Readonly<Record<string, string>> = { encoder: 'encoder', decoder: 'decoder', cross: 'cross' }

/** "cross L2.H1" for `cross.2.1`; a name that is none stays as it is. */
export function headLabel(name: string, countFrom: CountFrom = 0): string {
  const match = /^(encoder|decoder|cross)\.(\d+)\.(\d+)$/.exec(name)
  if (!match) return name
  const [, kind = '', layer, head] = match
  return `${kinds[kind] ?? kind} L${Number(layer) + countFrom}.H${Number(head) + countFrom}`
}

/** "L2" for layer 2. */
export const layerLabel = (layer: number, countFrom: CountFrom = 0): string => `L${layer + countFrom}`

interface Sizes {
  readonly kind: 'encoder-decoder' | 'decoder-only'
  readonly layers: { readonly encoder: number; readonly decoder: number }
  readonly heads: { readonly encoder: number; readonly decoder: number }
}

/** Every head of a model by name, kind by kind. */
export function headNames({ kind, layers, heads }: Sizes): readonly string[] {
  const of = (name: string, depth: number, width: number): readonly string[] =>
    Array.from({ length: depth * width }, (_, index) => `${name}.${Math.floor(index / width)}.${index % width}`)
  const decoder = of('decoder', layers.decoder, heads.decoder)
  if (kind === 'decoder-only') return decoder
  return [...of('encoder', layers.encoder, heads.encoder), ...decoder, ...of('cross', layers.decoder, heads.decoder)]
}
