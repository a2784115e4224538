/** The panel below the maps, or beside them where the pane is wide: patterns, the model without heads, the curve of both. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import { Segment, Switch as Toggle } from '#web/widgets/controls.tsx'
import { useBoard } from './board.ts'
import { CurvePanel, PatternPanel, WithoutPanel } from './later.ts'

export function LowerPart(): JSX.Element {
  const board = useBoard()
  const { settings } = board
  const title = createMemo(() => {
    const [primary, ...others] = board.heads()
    if (primary === undefined) return 'Pattern'
    return `${board.titleOf(primary)}${others.length > 0 ? ` and ${others.length} more` : ''}`
  })
  const without = (): string => {
    const { size } = board.pruned()
    return size === 0 ? 'Without' : `Without ${size}`
  }
  return (
    <section class="lower-part" aria-label="Panel of the heads">
      <div class="lower-head">
        <Segment
          label="Panel"
          value={settings().panel}
          choices={[
            { value: 'pattern', label: title(), title: 'Where the chosen heads look' },
            { value: 'without', label: without(), title: 'What the model is without the heads marked with X' },
            { value: 'curve', label: 'Curve', title: 'What more and more heads left out do to the corpus' },
          ]}
          onChange={(panel) => board.set({ panel })}
        />
        <span class="grow" />
        <Show when={settings().panel === 'pattern'}>
          <PatternControls />
        </Show>
      </div>
      <Switch>
        <Match when={settings().panel === 'pattern'}>
          <Patterns />
        </Match>
        <Match when={settings().panel === 'without'}>
          <WithoutPanel />
        </Match>
        <Match when={settings().panel === 'curve'}>
          <CurvePanel />
        </Match>
      </Switch>
    </section>
  )
}

/** Drawing patterns is code of its own, which is not needed before there are any. */
function Patterns(): JSX.Element {
  const board = useBoard()
  return (
    <Show
      when={board.instance()}
      fallback={<p class="pattern-hint">Choose a text: where its heads look appears here.</p>}
    >
      <Show
        when={board.heads().length > 0}
        fallback={
          <p class="pattern-hint">Choose a head to see where it looks. Shift-click puts up to four side by side.</p>
        }
      >
        <PatternPanel />
      </Show>
    </Show>
  )
}

function PatternControls(): JSX.Element {
  const board = useBoard()
  const { settings } = board
  return (
    <>
      <Toggle label="Hide sink" checked={settings().hideSink} onChange={(hideSink) => board.set({ hideSink })} />
      <Segment
        label="Scale of the colours"
        value={settings().curve}
        choices={[
          { value: 'linear', label: 'lin', title: 'Colour in proportion to the value' },
          { value: 'sqrt', label: 'sqrt', title: 'Colour by the square root: small values show' },
        ]}
        onChange={(curve) => board.set({ curve })}
      />
    </>
  )
}
