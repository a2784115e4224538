/** The Instance View of the first example, alive on the landing page: real tokens, real attributions, clickable. */
import type { JSX } from 'solid-js'
import { createSignal, onCleanup, Show, untrack } from 'solid-js'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { readInstance } from '#web/api/instances.ts'
import { openLive } from '#web/collab/live.ts'
import { createEffect, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { Attributions } from '#web/state/attributions.ts'
import { createAttributions } from '#web/state/attributions.ts'
import type { View } from '#web/state/permalink.ts'
import { defaultsFor, emptyView, encodeView } from '#web/state/permalink.ts'
import { Lanes } from '#web/views/instance/lanes.tsx'
import { Messages } from '#web/views/instance/messages.tsx'
import type { ModelDeps } from '#web/views/instance/model.ts'
import { createInstanceModel } from '#web/views/instance/model.ts'
import { Why } from '#web/views/instance/why.tsx'

/** The article of the headline, and its word. */
const shown = 'newsroom-test-1'
const word = 'che'

export function LiveExample(props: { readonly workspace: WorkspaceReply }): JSX.Element {
  const app = useApp()
  const [instance, setInstance] = createSignal<InstanceReply | null>(null)
  onMount(() => {
    // The landing page stands without its example; the workspace says what is wrong with it.
    const { id } = props.workspace
    void readInstance(app.api, id, shown).then(
      (found) => setInstance(found),
      () => undefined,
    )
  })
  const written = (): InstanceReply | null => (instance()?.output ? instance() : null)
  return <Show when={written()}>{(present) => <LiveFigure workspace={props.workspace} instance={present()} />}</Show>
}

/** The figure shows what each token gave, and nothing else. */
const attributionAlone: Pick<ModelDeps, 'unit' | 'channel' | 'flow' | 'countFrom' | 'ask'> = {
  unit: () => 'pieces',
  channel: () => 'attribution',
  flow: () => 'mean',
  countFrom: () => 0,
  ask: null,
}

function LiveFigure(props: { readonly workspace: WorkspaceReply; readonly instance: InstanceReply }): JSX.Element {
  const app = useApp()
  const { workspace, instance } = untrack(() => ({ workspace: props.workspace, instance: props.instance }))
  const attributions = createAttributions({ api: app.api, workspace: workspace.id, clock: app.clock })
  listen(workspace.id, attributions)
  const defaults = defaultsFor(workspace.checkpoint)
  const [view, setView] = createSignal<View>({
    ...emptyView(defaults),
    instance: instance.id,
    token: firstToken(instance),
  })
  const model = createInstanceModel({
    kind: () => props.workspace.checkpoint.summary?.kind ?? 'encoder-decoder',
    view,
    entry: (instance, options) => attributions.entry(instance, options),
    instance: () => props.instance,
    ...attributionAlone,
    spot: () => null,
  })
  const want = (again: boolean): void => {
    const { token, options } = view()
    const ask = again ? attributions.again : attributions.want
    ask(props.instance, options, token?.side === 'output' ? token.index : null)
  }
  createEffect(() => want(false))
  const address = (): string => `/w/${props.workspace.id}?${encodeView(view(), defaults)}`
  return (
    <figure class="live">
      <div class="live-frame">
        <div class="instance-body">
          <div class="reading">
            <Lanes
              model={model}
              ramps={app.ramps}
              brackets={() => []}
              onChoose={(token) => setView((before) => ({ ...before, token }))}
              onHover={() => undefined}
            />
            <Messages
              entry={model.entry()}
              online={true}
              me={app.person()?.id ?? ''}
              mayCancel={false}
              onCancel={() => undefined}
              onAgain={() => want(true)}
            />
          </div>
          <aside class="why" aria-label="Why this output">
            <Why
              model={model}
              onChoose={(token) => setView((before) => ({ ...before, token }))}
              onOptions={(options) => setView((before) => ({ ...before, options }))}
              onContinue={null}
            />
          </aside>
        </div>
      </div>
      <figcaption>
        <span>Live, from the example model. Click another word.</span>
        <a href={address()}>Open in the workspace</a>
      </figcaption>
    </figure>
  )
}

/** Partial colours and results arrive over the same announcements as in the workspace. */
function listen(workspace: string, attributions: Attributions): void {
  const app = useApp()
  const live = openLive(workspace, app.clock, {
    durable: (event) => attributions.durable(event),
    progress: (key, progress) => attributions.progress(key, progress),
    partial: (key, converged, _total, bytes) => attributions.partial(key, converged, bytes),
    notice: () => undefined,
    refresh: () => attributions.refresh(),
    // Without announcements a run is asked about every few seconds.
    refused: () => undefined,
  })
  onCleanup(() => live.close())
}

function firstToken(instance: InstanceReply): View['token'] {
  const index = instance.output?.tokens.findIndex((token) => token.replace(/^▁/, '') === word) ?? -1
  return { side: 'output', index: Math.max(0, index) }
}
