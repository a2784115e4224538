import { Handle, Panel, Root } from '@corvu/resizable'
import type { JSX } from 'solid-js'

/** Two panes with a handle between them; the handle is dragged, or moved with the arrow keys. */
export function Panes(props: {
  readonly orientation: 'horizontal' | 'vertical'
  /** Share of the first pane. */
  readonly share: number
  readonly onShare: (share: number) => void
  readonly label: string
  readonly first: JSX.Element
  readonly second: JSX.Element
  /** Least size of either pane. */
  readonly least: readonly [first: `${number}px`, second: `${number}px`]
}): JSX.Element {
  return (
    <Root
      class={`panes ${props.orientation}`}
      orientation={props.orientation}
      sizes={[props.share, 1 - props.share]}
      onSizesChange={([share]) => share !== undefined && Math.abs(share - props.share) > 1e-4 && props.onShare(share)}
      // The library would set the cursor with a style element, which our Content-Security-Policy refuses.
      handleCursorStyle={false}
      keyboardDelta={0.03}
    >
      <Panel minSize={props.least[0]} class="pane-place">
        {props.first}
      </Panel>
      <Handle class="pane-handle" aria-label={props.label} />
      <Panel minSize={props.least[1]} class="pane-place">
        {props.second}
      </Panel>
    </Root>
  )
}
