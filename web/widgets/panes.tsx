import { Handle, Panel, Root } from '@corvu/resizable'
import type { JSX } from 'solid-js'
import { untrack } from 'solid-js'

/** Two panes with a handle between them; the handle is dragged, or moved with the arrow keys. */
export function Panes(props: {
  readonly orientation: 'horizontal' | 'vertical'
  /** Share of the first pane to start with. */
  readonly share: number
  /** Called when somebody has moved the handle. */
  readonly onShare: (share: number) => void
  readonly label: string
  readonly first: JSX.Element
  readonly second: JSX.Element
  /** Least size of either pane. */
  readonly least: readonly [first: `${number}px`, second: `${number}px`]
}): JSX.Element {
  const start = untrack(() => props.share)
  // The library also tells of sizes that it set itself, while it is mounted and when the window changes: those are no one's wish.
  let moving = false
  return (
    <Root
      class={`panes ${props.orientation}`}
      orientation={props.orientation}
      initialSizes={[start, 1 - start]}
      onSizesChange={([share]) => {
        // The library calls this within an effect of its own, which must not come to depend on what is read here.
        if (moving && share !== undefined) untrack(() => props.onShare(share))
      }}
      // The library would set the cursor with a style element, which our Content-Security-Policy refuses.
      handleCursorStyle={false}
      keyboardDelta={0.03}
    >
      <Panel minSize={props.least[0]} class="pane-place">
        {props.first}
      </Panel>
      <Handle
        class="pane-handle"
        aria-label={props.label}
        onHandleDragStart={() => (moving = true)}
        onHandleDragEnd={() => (moving = false)}
        onKeyDown={() => (moving = true)}
        onKeyUp={() => (moving = false)}
      />
      <Panel minSize={props.least[1]} class="pane-place">
        {props.second}
      </Panel>
    </Root>
  )
}
