/** A way from a figure into the views: opens an instance, and a token of its output. */
import type { JSX } from 'solid-js'
import { onMount } from '#web/solid.ts'
import type { View } from '#web/state/permalink.ts'
import { useRoom } from '#web/state/room.ts'

/** Ids of instances by their place in the corpus; null while they are not known. */
export function useIds(): (ordinal: number) => string | null {
  const room = useRoom()
  onMount(() => room.points.open())
  return (ordinal) => {
    const state = room.points.state()
    if (state.kind !== 'ready') return null
    return state.points.ids[state.points.indexOfOrdinal(ordinal)] ?? null
  }
}

/** The view of an output token. */
export const viewOfToken = (instance: string, token: number): Partial<View> => ({
  instance,
  token: { side: 'output', index: token },
})

export function InstanceLink(props: {
  readonly instance: string | null
  readonly token: number
  readonly title: string
  readonly children: JSX.Element
}): JSX.Element {
  const room = useRoom()
  return (
    <button
      type="button"
      class="link"
      disabled={props.instance === null}
      title={props.title}
      onClick={() => props.instance !== null && room.selection.select(viewOfToken(props.instance, props.token))}
    >
      {props.children}
    </button>
  )
}
