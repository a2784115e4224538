/** Parts of a view that the first picture does without: they are loaded once the page rests, or when they are needed. */
import type { Component, JSX } from 'solid-js'
import { lazy, Suspense } from '#web/solid.ts'
import { Banner, Bones, Late } from './messages.tsx'

export interface LaterPart<Props extends object> {
  (props: Props): JSX.Element
  /** Loads it ahead; from then on it is drawn at once. */
  readonly preload: () => Promise<unknown>
}

/** A part of the module that `load` brings; `waiting` stands in its place as long as that takes. */
export function later<Module, Props extends object>(
  load: () => Promise<Module>,
  pick: (module: Module) => Component<Props>,
  waiting: Component = Waiting,
): LaterPart<Props> {
  const Part = lazy(async (): Promise<{ default: Component<Props> }> => {
    try {
      return { default: pick(await load()) }
    } catch {
      // Thrown, it would end the whole page.
      return { default: Missing }
    }
  })
  const draw = (props: Props): JSX.Element => {
    void Part.preload()
    return <Suspense fallback={waiting({})}>{<Part {...props} />}</Suspense>
  }
  return Object.assign(draw, { preload: () => Part.preload() })
}

const Waiting: Component = () => (
  <Late>
    <Bones label="Loading this part of the page" widths={['70%', '85%', '40%']} />
  </Late>
)

const Missing: Component = () => (
  <Banner kind="error">
    <b>This part of the page could not be loaded.</b> Check the connection, then reload the page.
  </Banner>
)
