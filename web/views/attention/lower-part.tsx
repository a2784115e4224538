/** The panel below the maps, or beside them where the pane is wide: patterns of the chosen heads. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { Segment, Switch } from '#web/widgets/controls.tsx'
import { useBoard } from './board.ts'
import { PatternPanel } from './pattern-panel.tsx'

export function LowerPart(): JSX.Element {
  const board = useBoard()
  const { settings } = board
  const title = (): string => {
    const [primary, ...others] = board.heads()
    if (primary === undefined) return 'Pattern'
    return `${board.titleOf(primary)}${others.length > 0 ? ` and ${others.length} more` : ''}`
  }
  return (
    <section class="lower-part" aria-labelledby="h-pattern">
      <div class="lower-head">
        <h3 id="h-pattern">{title()}</h3>
        <span class="grow" />
        <Show when={settings().panel === 'pattern'}>
          <Switch label="Hide sink" checked={settings().hideSink} onChange={(hideSink) => board.set({ hideSink })} />
          <Segment
            label="Scale of the colours"
            value={settings().curve}
            choices={[
              { value: 'linear', label: 'lin', title: 'Colour in proportion to the value' },
              { value: 'sqrt', label: 'sqrt', title: 'Colour by the square root: small values show' },
            ]}
            onChange={(curve) => board.set({ curve })}
          />
        </Show>
      </div>
      <PatternPanel />
    </section>
  )
}
