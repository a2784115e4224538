import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { IconButton } from '#web/widgets/controls.tsx'
import { FullScreenIcon, RestoreIcon } from '#web/widgets/icons.tsx'
import type { PaneName } from './desk.ts'
import { useDesk } from './desk.ts'
import { ExportMenu } from './export-menu.tsx'

/** The head of a pane: its name, what belongs to it, and the switch to full size. */
export function PaneHead(props: {
  readonly id: string
  readonly title: string
  readonly name: PaneName
  readonly children: JSX.Element
}): JSX.Element {
  const desk = useDesk()
  const full = (): boolean => desk.full() === props.name
  return (
    <header class="pane-head">
      <h2 id={props.id}>{props.title}</h2>
      {props.children}
      <ExportMenu pane={props.name} title={props.title} />
      <IconButton
        label={full() ? 'Back to all panes' : 'Full size'}
        key="F"
        pressed={full()}
        onClick={() => desk.setFull(full() ? null : props.name)}
      >
        <Show when={full()} fallback={<FullScreenIcon />}>
          <RestoreIcon />
        </Show>
      </IconButton>
    </header>
  )
}
