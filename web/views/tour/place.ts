/** Where the card of the tour stands: beside what it speaks of, never over it where there is room elsewhere. */

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const gap = 12

/** Right of it, left of it, below, above, whichever has room first; else in its lower right corner, inside the window. */
export function placeCard(
  target: Box,
  card: Pick<Box, 'width' | 'height'>,
  page: Pick<Box, 'width' | 'height'>,
): { readonly left: number; readonly top: number } {
  const right = target.left + target.width
  const bottom = target.top + target.height
  const across = (left: number): number => Math.max(gap, Math.min(left, page.width - card.width - gap))
  const down = (top: number): number => Math.max(gap, Math.min(top, page.height - card.height - gap))
  const places = [
    { left: right + gap, top: down(target.top) },
    { left: target.left - card.width - gap, top: down(target.top) },
    { left: across(target.left), top: bottom + gap },
    { left: across(target.left), top: target.top - card.height - gap },
  ]
  const fits = ({ left, top }: { left: number; top: number }): boolean => left === across(left) && top === down(top)
  const inside = { left: across(right - card.width - gap), top: down(bottom - card.height - gap) }
  return places.find(fits) ?? inside
}
