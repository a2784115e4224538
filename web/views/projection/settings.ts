/** How this person looks at the projection: kept while the workspace is open, whichever panes are on screen. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type { Point } from '#web/marks/points/view-transform.ts'
import type { ColourBy } from './colouring.ts'
import type { Tool } from './gestures.ts'

/** Where the decoder steps of the open instance are drawn. */
export const stepsPlaces = ['beside', 'over', 'hidden'] as const
export type StepsPlace = (typeof stepsPlaces)[number]

/** A part of a layout, as it is before it is turned along the pane. */
export interface SeenPart {
  /** How many times larger it is drawn than the whole layout would be. */
  readonly factor: number
  /** What is in the middle, in units of the layout. */
  readonly middle: Point
}

export interface ProjectionSettings {
  /** null: whatever column is offered first. */
  readonly colour: Accessor<ColourBy | null>
  setColour(colour: ColourBy | null): void
  readonly tool: Accessor<Tool>
  setTool(tool: Tool): void
  readonly steps: Accessor<StepsPlace>
  setSteps(place: StepsPlace): void
  /** What is on screen; null for all of it. A plot that opens begins there. */
  readonly seen: Accessor<SeenPart | null>
  setSeen(seen: SeenPart | null): void
}

export function createProjectionSettings(): ProjectionSettings {
  const [colour, setColour] = createSignal<ColourBy | null>(null)
  const [tool, setTool] = createSignal<Tool>('pan')
  const [steps, setSteps] = createSignal<StepsPlace>('beside')
  const [seen, setSeen] = createSignal<SeenPart | null>(null)
  return { colour, setColour, tool, setTool, steps, setSteps, seen, setSeen }
}
