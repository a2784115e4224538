/** Where the panes stand: by the chosen preset where there is room, one at a time below 1100 px or in full size. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import { useApp } from '#web/state/app.ts'
import { AttentionPane } from '#web/views/attention/view.tsx'
import { InstancePane } from '#web/views/instance/view.tsx'
import { SideColumn } from '#web/views/case/side-column.tsx'
import { ProjectionPane } from '#web/views/projection/view.tsx'
import { Segment } from '#web/widgets/controls.tsx'
import { later } from '#web/widgets/later.tsx'
import { Panes } from '#web/widgets/panes.tsx'
import type { PaneName } from './desk.ts'
import { useDesk } from './desk.ts'
import { createNarrow } from './narrow.ts'
import type { Handle, Preset } from './presets.ts'
import { defaultShare } from './presets.ts'

/** Most look at the points; the table comes when it is chosen. */
export const ListPane = later(
  () => import('#web/views/list/view.tsx'),
  (module) => module.ListPane,
  { waiting: () => <section class="pane list" aria-label="Instances" aria-busy="true" data-pane="list" /> },
)

export function Arrangement(): JSX.Element {
  const app = useApp()
  const desk = useDesk()
  const narrow = createNarrow()
  const preset = createMemo(() => app.preferences.values().preset)
  return (
    <Show
      when={desk.full()}
      fallback={
        <Show when={narrow()} fallback={<ByPreset preset={preset()} />}>
          {<Narrow />}
        </Show>
      }
      keyed
    >
      {(pane) => <OnePane name={pane} />}
    </Show>
  )
}

function OnePane(props: { readonly name: PaneName }): JSX.Element {
  return (
    <Switch>
      <Match when={props.name === 'instance'}>
        <InstancePane />
      </Match>
      <Match when={props.name === 'attention'}>
        <AttentionPane />
      </Match>
      <Match when={props.name === 'notes'}>
        <SideColumn />
      </Match>
      <Match when={props.name === 'projection' || props.name === 'list'}>
        <CorpusPane />
      </Match>
    </Switch>
  )
}

/** The rows of the corpus, as points in the plane or as a table. */
function CorpusPane(): JSX.Element {
  const app = useApp()
  return (
    <Show when={app.preferences.values().corpusAs === 'plot'} fallback={<ListPane />}>
      <ProjectionPane />
    </Show>
  )
}

function ByPreset(props: { readonly preset: Preset }): JSX.Element {
  return (
    <Switch>
      <Match when={props.preset === 'explore'}>
        <Divided preset="explore" handle="main" first={<ExploreColumn />} second={<SideColumn />} />
      </Match>
      <Match when={props.preset === 'heads'}>
        <Divided preset="heads" handle="main" first={<HeadsColumn />} second={<SideColumn />} />
      </Match>
      <Match when={props.preset === 'instance'}>
        <Divided preset="instance" handle="main" first={<InstanceColumn />} second={<SideColumn />} />
      </Match>
      <Match when={props.preset === 'write'}>
        <Divided preset="write" handle="main" first={<InstancePane />} second={<SideColumn />} />
      </Match>
    </Switch>
  )
}

function InstanceColumn(): JSX.Element {
  return (
    <Divided preset="instance" handle="upper" first={<InstancePane />} second={<CorpusAndHeads preset="instance" />} />
  )
}

function ExploreColumn(): JSX.Element {
  return (
    <Divided preset="explore" handle="upper" first={<CorpusAndHeads preset="explore" />} second={<InstancePane />} />
  )
}

function HeadsColumn(): JSX.Element {
  return <Divided preset="heads" handle="upper" first={<InstancePane />} second={<AttentionPane />} />
}

function CorpusAndHeads(props: { readonly preset: Preset }): JSX.Element {
  return <Divided preset={props.preset} handle="corpus" first={<CorpusPane />} second={<AttentionPane />} />
}

const handles: Readonly<
  Record<Handle, { readonly label: string; readonly least: readonly [`${number}px`, `${number}px`] }>
> = {
  main: { label: 'Width of the notes', least: ['560px', '240px'] },
  upper: { label: 'Height of the upper pane', least: ['140px', '120px'] },
  corpus: { label: 'Width of the corpus', least: ['280px', '320px'] },
}

/** Two panes with a handle, at the share this person left it. */
function Divided(props: {
  readonly preset: Preset
  readonly handle: Handle
  readonly first: JSX.Element
  readonly second: JSX.Element
}): JSX.Element {
  const app = useApp()
  const name = (): string => `${props.preset}.${props.handle}`
  // On a wall everything needs more room, so there is less of it.
  const scale = app.preferences.values().projector ? 1.4 : 1
  const page = { width: window.innerWidth / scale, height: window.innerHeight / scale }
  const sizes = (): Readonly<Record<string, number>> => app.preferences.values().sizes
  // On a wall there is room for what is shown, and none for what is written about it.
  const alone = (): boolean => props.handle === 'main' && app.preferences.values().projector
  return (
    <Show when={!alone()} fallback={props.first}>
      <Panes
        orientation={props.handle === 'upper' ? 'vertical' : 'horizontal'}
        label={handles[props.handle].label}
        share={sizes()[name()] ?? defaultShare(props.preset, props.handle, page)}
        onShare={(share) => app.preferences.set({ sizes: { ...sizes(), [name()]: share } })}
        least={handles[props.handle].least}
        first={props.first}
        second={props.second}
      />
    </Show>
  )
}

function Narrow(): JSX.Element {
  const desk = useDesk()
  return (
    <div class="narrow">
      <div class="narrow-tabs">
        <Segment
          label="Pane"
          value={desk.tab()}
          choices={[
            { value: 'instance', label: 'Instance' },
            { value: 'corpus', label: 'Corpus' },
            { value: 'attention', label: 'Attention' },
            { value: 'notes', label: 'Notes' },
          ]}
          onChange={(tab) => desk.setTab(tab)}
        />
      </div>
      <OnePane name={paneOfTab[desk.tab()]} />
    </div>
  )
}

const paneOfTab = { instance: 'instance', corpus: 'projection', attention: 'attention', notes: 'notes' } as const
