/** How a lane draws by its stylesheet: distances, type, and where text needs another colour than its own. */
import type { Fill, Ramps } from '#web/marks/ramp.ts'
import { colourOf, contrast } from '#web/marks/ramp.ts'

export interface LaneLook {
  /** The ramps it was read for; null before there are any. */
  readonly ramps: Ramps | null
  /** From the top of a token to the bar below it and to its value, px. */
  readonly footTop: number
  readonly valueTop: number
  /** Of values. */
  readonly font: string
  readonly valueInk: string
  /** The colour of text on a fill; empty where its own can be read. `pale`: its own is that of what can wait. */
  inkOn(fill: Fill | undefined, pale: boolean): string
}

/** Text keeps its colour on fills where it has this contrast at least (WCAG 2.2, 1.4.3). */
const enough = 4.5

export function readLook(lane: HTMLElement, ramps: Ramps | null): LaneLook {
  const style = getComputedStyle(lane)
  const read = (name: string): string => style.getPropertyValue(name).trim()
  const px = (name: string): number => Number.parseFloat(read(name))
  const [own, pale] = [makeInk(colourOf(read('--ink'))), makeInk(colourOf(read('--ink-3')))]
  return {
    ramps,
    footTop: px('--foot-top'),
    valueTop: px('--value-top'),
    font: `${read('--type-mark')} ${style.fontFamily}`,
    valueInk: read('--ink-2'),
    inkOn: (fill, isPale) => (fill === undefined ? '' : (isPale ? pale : own)(fill)),
  }
}

/** Remembers the answer of each step of a ramp. */
function makeInk(text: string): (fill: Fill) => string {
  const known = new Map<Fill, string>()
  return (fill) => {
    const ink = known.get(fill) ?? (contrast(text, fill.background) >= enough ? '' : fill.text)
    known.set(fill, ink)
    return ink
  }
}
