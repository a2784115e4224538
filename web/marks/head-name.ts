/** Attention heads by the names they have in links and results. */
import type { Head } from '#compute/types.ts'

/** The head that a name such as `cross.2.1` stands for; null for what is no name. */
export function parseHead(name: string): Head | null {
  const match = /^(encoder|decoder|cross)\.(\d{1,3})\.(\d{1,3})$/.exec(name)
  return match && { kind: match[1] as Head['kind'], layer: Number(match[2]), head: Number(match[3]) } // one of the three by its pattern
}

/** "cross L2.H1", as heads are called on screen. */
export const headLabel = ({ kind, layer, head }: Head): string => `${kind} L${layer}.H${head}`
