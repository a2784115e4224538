/** Names in the picture: each at the first free place beside its mark, none over another. */
import type { Size } from './view-transform.ts'

export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export const boxAround = (x: number, y: number, radius: number): Box => ({
  left: x - radius,
  right: x + radius,
  top: y - radius,
  bottom: y + radius,
})

const meet = (one: Box, two: Box): boolean =>
  one.left < two.right && one.right > two.left && one.top < two.bottom && one.bottom > two.top

export interface LabelWish {
  readonly text: string
  /** The middle of what is named, pixels. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Free space between the middle and the name. */
  readonly gap: number
}

export interface PlacedLabel {
  readonly wish: LabelWish
  readonly box: Box
}

/** Places the names in the order of their importance; what finds no room is left out. `taken` grows by what was placed. */
export function placeLabels(wishes: readonly LabelWish[], size: Size, taken: Box[]): readonly PlacedLabel[] {
  const placed: PlacedLabel[] = []
  for (const wish of wishes) {
    const box = candidates(wish).find(
      (each) =>
        each.left >= 2 &&
        each.right <= size.width - 2 &&
        each.top >= 2 &&
        each.bottom <= size.height - 2 &&
        !taken.some((other) => meet(each, other)),
    )
    if (box === undefined) continue
    taken.push(box)
    placed.push({ wish, box })
  }
  return placed
}

/** Above, below, right, left, then a little further away. */
function candidates({ x, y, width, height, gap }: LabelWish): readonly Box[] {
  const at = (cx: number, cy: number): Box => ({
    left: cx - width / 2,
    right: cx + width / 2,
    top: cy - height / 2,
    bottom: cy + height / 2,
  })
  const [across, up] = [width / 2 + gap, height / 2 + gap]
  return [
    at(x, y - up),
    at(x, y + up),
    at(x + across, y),
    at(x - across, y),
    at(x, y - up - 10),
    at(x, y + up + 10),
    at(x + across + 8, y - 14),
    at(x - across - 8, y + 14),
  ]
}
