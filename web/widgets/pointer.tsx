/** Somebody else's pointer: a small arrow in their colour, with their initial. */
import type { JSX } from 'solid-js'
import type { Person } from '#collab/wire/presence.ts'
import { initialOf, personColour } from './person.ts'

/** Inside an SVG; its tip is at `at`, in the pixels of that drawing. */
export function Pointer(props: { readonly person: Person; readonly at: readonly [x: number, y: number] }): JSX.Element {
  return (
    <g
      class="pointer"
      style={{
        '--p': personColour(props.person),
        transform: `translate(${props.at[0].toFixed(1)}px, ${props.at[1].toFixed(1)}px)`,
      }}
    >
      <path d="M0 0L3.5 11L5.6 6.4L10.5 5z" />
      <rect x="8" y="8" width="14" height="13" rx="2" />
      <text x="15" y="18">
        {initialOf(props.person.name)}
      </text>
    </g>
  )
}
