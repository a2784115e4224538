/** Keys in the head maps: the three are walked as one, side by side, with layer 0 at the bottom. */
import type { Head } from '#compute/types.ts'
import type { HeadMap } from './heads.ts'

const page = 4

/** Where a key leads from a head; null for keys that do not move. */
export function nextHead(key: string, ctrl: boolean, from: Head, maps: readonly HeadMap[]): Head | null {
  const at = maps.findIndex(({ kind }) => kind === from.kind)
  const map = maps[at]
  if (map === undefined) return null
  const { layer, head } = from
  const within = (to: number): Head => ({ ...from, layer: clamp(to, map.layers) })
  switch (key) {
    case 'ArrowUp':
      return within(layer + 1)
    case 'ArrowDown':
      return within(layer - 1)
    case 'PageUp':
      return within(layer + page)
    case 'PageDown':
      return within(layer - page)
    case 'ArrowLeft':
      return head > 0 ? { ...from, head: head - 1 } : edge(maps[at - 1], layer, 'last')
    case 'ArrowRight':
      return head < map.heads - 1 ? { ...from, head: head + 1 } : edge(maps[at + 1], layer, 'first')
    case 'Home':
      return ctrl ? { ...from, layer: map.layers - 1, head: 0 } : { ...from, head: 0 }
    case 'End':
      return ctrl ? { ...from, layer: 0, head: map.heads - 1 } : { ...from, head: map.heads - 1 }
    default:
      return null
  }
}

/** The nearest head of the map next to this one; null at the outer edge. */
function edge(map: HeadMap | undefined, layer: number, side: 'first' | 'last'): Head | null {
  if (map === undefined) return null
  return { kind: map.kind, layer: clamp(layer, map.layers), head: side === 'first' ? 0 : map.heads - 1 }
}

const clamp = (value: number, length: number): number => Math.max(0, Math.min(length - 1, value))
