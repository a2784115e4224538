/** How this person looks at the projection: kept while the workspace is open, whichever panes are on screen. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type { ColourBy } from './colouring.ts'
import type { Tool } from './gestures.ts'

/** Where the decoder steps of the open instance are drawn. */
export type StepsPlace = 'beside' | 'over' | 'hidden'

export interface ProjectionSettings {
  /** null: whatever column is offered first. */
  readonly colour: Accessor<ColourBy | null>
  setColour(colour: ColourBy): void
  readonly tool: Accessor<Tool>
  setTool(tool: Tool): void
  readonly steps: Accessor<StepsPlace>
  setSteps(place: StepsPlace): void
}

export function createProjectionSettings(): ProjectionSettings {
  const [colour, setColour] = createSignal<ColourBy | null>(null)
  const [tool, setTool] = createSignal<Tool>('pan')
  const [steps, setSteps] = createSignal<StepsPlace>('beside')
  return { colour, setColour, tool, setTool, steps, setSteps }
}
