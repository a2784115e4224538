/** How long the lanes take to change their colours, as a browser does it: styles set, computed and laid out. */
import type { Ramps } from '#web/marks/ramp.ts'
import { piecesOf } from '#web/marks/pieces.ts'
import { makeLanePainter } from '#web/views/instance/draw.ts'
import type { LaneFrame } from '#web/views/instance/frame.ts'
import { makeFrame } from '#web/views/instance/frame.ts'

/** Milliseconds of each repainting, and of setting as many colours and nothing else. */
export interface Recolouring {
  /** Values as contributions are: one in forty is off the scale, one in twenty beyond seven tenths of it. */
  readonly usual: readonly number[]
  /** Values evenly over the whole scale: half of the words need another colour of text. */
  readonly painted: readonly number[]
  readonly bare: readonly number[]
}

/** Repaints a lane with so many tokens; every time every token changes. */
export function timeRecolouring(tokens: number, times: number, ramps: Ramps): Recolouring {
  const lane = document.createElement('div')
  lane.className = 'lane source pieces'
  const boxes = Array.from({ length: tokens }, (_, index) => {
    const word = document.createElement('span')
    word.className = 'word'
    const box = document.createElement('span')
    box.className = 'tok first last'
    box.textContent = `word${index}`
    word.append(box)
    lane.append(' ', word)
    return box
  })
  document.body.append(lane)
  const painter = makeLanePainter(lane, boxes)
  const time = (change: () => void): number => {
    // The layout of what came before is no part of the change.
    lane.getBoundingClientRect()
    const begin = performance.now()
    change()
    lane.getBoundingClientRect()
    return performance.now() - begin
  }
  const turns = Array.from({ length: times }, (_, turn) => turn)
  const paintAll = (value: (seed: number) => number): readonly number[] => {
    const frames = turns.map((turn) => frameOf(tokens, (index) => value(index + tokens * turn)))
    return frames.map((frame) => time(() => painter.paint(frame, ramps)))
  }
  const usual = paintAll(peaked)
  const painted = paintAll((seed) => 2 * fraction(seed) - 1)
  const bare = turns.map((turn) => time(() => boxes.forEach((box, index) => setColours(box, turn + index))))
  painter.close()
  lane.remove()
  return { usual, painted, bare }
}

function setColours({ style }: HTMLElement, seed: number): void {
  style.backgroundColor = `rgb(${seed % 256}, 0, 0)`
  style.borderBottomColor = `rgb(0, ${seed % 256}, 0)`
  style.color = seed % 3 === 0 ? '#000' : '#fff'
}

/** Evenly from 0 to 1, another one for every seed. */
const fraction = (seed: number): number => Math.abs(Math.sin(seed * 12.9898) * 43758.5453) % 1

/** Both signs; the share of values beyond x falls like that of contributions. */
function peaked(seed: number): number {
  const even = 2 * fraction(seed) - 1
  return 1.19 * Math.sign(even) * Math.abs(even) ** 7
}

/** A lane with these values. */
function frameOf(tokens: number, valueOf: (index: number) => number): LaneFrame {
  const text = Array.from({ length: tokens }, (_, index) => `word${index}`)
  const ends: number[] = []
  for (const word of text) ends.push((ends.at(-1) ?? -1) + 1 + word.length)
  const pieces = piecesOf({
    text: text.join(' '),
    tokens: text.map((word) => `▁${word}`),
    offsets: text.map((word, index) => [ends[index]! - word.length, ends[index]!]), // one end a word
    special: text.map(() => false),
  })
  return makeFrame({
    side: 'source',
    pieces,
    values: text.map((_, index) => valueOf(index)),
    reach: 1,
    choice: null,
    spot: null,
    waiting: null,
    unit: 'pieces',
    signs: new Map(),
    tone: 'signed',
    feet: null,
    held: false,
  })
}
