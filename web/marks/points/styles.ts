/** How large and how opaque marks are: from how many there are, how close together, and what is chosen. */
import type { Census } from './census.ts'
import { countInView } from './census.ts'
import type { ClassStyle } from './raster.ts'
import type { Size, ViewTransform } from './view-transform.ts'

/** CSS pixels: a few thousand points are worth seeing one by one, even where some touch. */
const smallest = 2
const smallestOf = (count: number): number => (count <= 2_000 ? 4.5 : count <= 10_000 ? 3 : smallest)
const largest = 6
/** In a pane of more than 600 px. */
const largestWide = 7
const edgeWidth = 0.75
/** From these diameters on marks are discs, and have an edge. */
const leastDisc = 3
const leastEdged = 4

/** How often a typical pixel within a crowd may be covered before marks shrink, then fade. */
const crowded = 1.6

/** Soft discs are drawn while they cover no more pixels than this: about ten milliseconds. */
const mostSoftPixels = 500_000

/** More points than this are thinned out while the picture moves. */
const mostMoving = 250_000

const countOf = ({ counts }: Census): number => counts.reduce((sum, count) => sum + count, 0)

export interface Marks {
  /** CSS pixels */
  readonly diameter: number
  /** Of one mark where none is set back, 0 to 1. */
  readonly opacity: number
}

/**
 * Marks of 2 to 6 px (of 4.5 where there are few), as large as leaves neighbours apart at a typical point; where even the smallest overlap they let what is
 * below shine through, so that a crowd is darker than a few.
 */
export function marksFor(census: Census, at: ViewTransform, { width }: Size): Marks {
  const perPixel = census.density / at.scale ** 2
  const most = width > 600 ? largestWide : largest
  const roomy = perPixel === 0 ? most : Math.sqrt(crowded / perPixel)
  const diameter = Math.round(2 * Math.min(most, Math.max(smallestOf(countOf(census)), roomy))) / 2
  return { diameter, opacity: Math.min(1, Math.max(0.12, crowded / Math.max(crowded, perPixel * diameter ** 2))) }
}

export interface StyleQuestion {
  readonly census: Census
  /** In CSS pixels, as the size is. */
  readonly transform: ViewTransform
  readonly size: Size
  /** Device pixels for one CSS pixel. */
  readonly ratio: number
  /** Whether some points are chosen: the others are then set back. */
  readonly chosen: boolean
  /** Whether the picture moves: very many points are then thinned out. */
  readonly moving: boolean
}

export interface StyleAnswer {
  /** For each of `drawClasses`. */
  readonly styles: readonly ClassStyle[]
  readonly step: number
}

/** Opacity of what a filter left out and of what is not chosen: without and with chosen points. */
const setBack = { aside: [0.3, 0.14], plain: [1, 0.3] } as const

export function stylesFor({ census, transform, size, ratio, chosen, moving }: StyleQuestion): StyleAnswer {
  const all = countOf(census)
  const step = moving ? Math.max(1, Math.ceil(all / mostMoving)) : 1
  const { diameter, opacity } = marksFor({ ...census, density: census.density / step }, transform, size)
  const visible = countInView(census, transform, size)
  const soft = diameter >= leastDisc && visible * (diameter * ratio) ** 2 <= mostSoftPixels
  const style = (of: number, share: number, edged: boolean): ClassStyle => ({
    diameter: soft ? of * ratio : Math.max(1, Math.round(of * ratio)),
    disc: soft,
    edge: edged && soft && of >= leastEdged ? edgeWidth * ratio : 0,
    // Where marks lie over each other many faint ones would make up for a strong one: their colour itself is set back.
    ...(opacity < 1 ? { opacity, strength: share } : { opacity: share, strength: 1 }),
  })
  const at = chosen ? 1 : 0
  return {
    step,
    styles: [
      style(Math.max(smallest, diameter - 1), setBack.aside[at], false),
      style(diameter, setBack.plain[at], !chosen),
      style(diameter, 1, true),
    ],
  }
}
