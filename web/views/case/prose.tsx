/** What a step says: a paragraph, and what to look for. */
import type { JSX } from 'solid-js'

export function LookFor(props: { readonly children: JSX.Element }): JSX.Element {
  return (
    <p class="case-look">
      <b>Look for</b> {props.children}
    </p>
  )
}
