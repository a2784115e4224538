/** The pane INSTANCE: one text, what the model wrote from it, and what each word gave to each other. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import { useApp } from '#web/state/app.ts'
import type { InstanceState } from '#web/state/instances.ts'
import { useRoom } from '#web/state/room.ts'
import { PaneHead } from '#web/views/workspace/pane.tsx'
import { useDesk } from '#web/views/workspace/desk.ts'
import { Segment } from '#web/widgets/controls.tsx'
import { Banner, Bones, EmptyState, Late, LinkButton } from '#web/widgets/messages.tsx'
import { factsOf } from './facts.ts'
import { useInstanceKeys } from './instance-keys.ts'
import { OptionsButton } from './options.tsx'
import { OwnTextDialog } from './own-text.tsx'
import { PinnedBy } from './pinned-by.tsx'
import { Reading } from './reading.tsx'

export function InstancePane(): JSX.Element {
  const room = useRoom()
  const state = (): InstanceState => room.instances.current()
  useInstanceKeys()
  const ready = createMemo(() => {
    const current = state()
    return current.kind === 'ready' ? current : null
  })
  const failed = (): Extract<InstanceState, { kind: 'failed' }> | null => {
    const current = state()
    return current.kind === 'failed' ? current : null
  }
  return (
    <section class="pane instance" aria-labelledby="h-instance" data-pane="instance">
      <PaneHead id="h-instance" title="Instance" name="instance">
        <Show when={ready()}>
          {(present) => (
            <>
              <span class="mono">{present().instance.id}</span>
              <span class="note">
                {factsOf(
                  present().instance,
                  room.fields.list().map(({ name }) => name),
                )}
              </span>
            </>
          )}
        </Show>
        <PinnedBy />
        <span class="grow" />
        <Tools />
      </PaneHead>
      <OwnTextDialog />
      <div class="instance-scroll">
        <Switch fallback={<Nothing />}>
          <Match when={ready()}>
            {(present) => <Reading instance={present().instance} writing={present().writing} />}
          </Match>
          <Match when={state().kind === 'loading'}>
            <Late>
              <Bones label="Reading the instance" widths={loadingBones} />
            </Late>
          </Match>
          <Match when={failed()}>
            {(present) => (
              <Banner kind="error">
                <b>{present().id} could not be opened.</b> {present().message}
                <LinkButton onClick={() => room.instances.open(present().id)}>Try again</LinkButton>
              </Banner>
            )}
          </Match>
        </Switch>
      </div>
    </section>
  )
}

const loadingBones = [
  '62px',
  '54px',
  '26px',
  '34px',
  '26px',
  '40px',
  '66px',
  '40px',
  '24px',
  '38px',
  '30px',
  '34px',
  '58px',
  '22px',
  '44px',
] as const

function Tools(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  return (
    <>
      <Segment
        label="What the colours show"
        value={app.preferences.values().channel}
        choices={[
          { value: 'attribution', label: 'Attribution', title: 'What each token gave (G)' },
          { value: 'attention', label: 'Attention', title: 'What attention looked at (A)' },
          { value: 'both', label: 'Both', title: 'Fill: attribution. Bar below: attention' },
        ]}
        onChange={(channel) => app.preferences.set({ channel })}
      />
      <Segment
        label="Unit of text"
        value={app.preferences.values().unit}
        choices={[
          { value: 'pieces', label: 'Pieces', title: 'Tokens as the model reads them (W)' },
          { value: 'words', label: 'Words', title: 'Contributions summed over words; Alt shows pieces (W)' },
          {
            value: 'sentences',
            label: 'Sentences',
            title: 'Contributions summed over sentences; Alt shows pieces (W)',
          },
        ]}
        onChange={(unit) => app.preferences.set({ unit })}
      />
      <OptionsButton
        options={room.selection.view().options}
        baselines={room.info().checkpoint.summary?.baselines ?? []}
        onChange={(options) => room.selection.setOptions(options)}
        open={desk.panel() === 'options'}
        onOpenChange={(open) => desk.setPanel(open ? 'options' : null)}
      />
    </>
  )
}

/** Nothing chosen yet: what would be here, and the first row as an offer. */
function Nothing(): JSX.Element {
  const room = useRoom()
  const desk = useDesk()
  const offer = (): string | null => room.list.rows().get(0)?.id ?? null
  return (
    <EmptyState
      title="Choose an instance"
      text="Choose a row of the list, or search its text. Its words and what the model wrote from them appear here."
    >
      <Show when={offer()}>
        {(id) => (
          <button type="button" class="button" onClick={() => room.selection.openInstance(id())}>
            Open {id()}
          </button>
        )}
      </Show>
      <Show when={room.can('run.start')}>
        <button type="button" class="plain" onClick={() => desk.setPanel('own-text')}>
          Try your own text
        </button>
      </Show>
    </EmptyState>
  )
}
