/** What "Try another text" asks: another source, an output that is given, another checkpoint. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, createSignal, Show, untrack } from 'solid-js'
import type { CheckpointReply } from '#server/wire/checkpoints.ts'
import type { DerivedRequest } from '#server/wire/derived.ts'
import { MOST_CHARACTERS } from '#server/wire/derived.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import { readCheckpoints } from '#web/api/checkpoints.ts'
import { messageOf } from '#web/errors.ts'
import { count } from '#web/marks/numbers.ts'
import { createEffect, For, on, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { Field, Segment } from '#web/widgets/controls.tsx'
import { LanguageFields } from '#web/widgets/language-fields.tsx'
import type { OwnText, Spoken } from './own-request.ts'
import { requestOf, startLanguages, troubleOf } from './own-request.ts'

export function OwnTextForm(props: { readonly from: InstanceReply | null }): JSX.Element {
  const room = useRoom()
  const desk = useDesk()
  const from = untrack(() => props.from)
  const checkpoints = createCheckpoints()
  const spoken = (checkpoint: string | null): Spoken => ({
    known: (checkpoints().find(({ id }) => id === checkpoint) ?? room.info().checkpoint).summary?.languages ?? null,
    chosen: from?.origin ? from.origin.languages : room.info().languages,
  })
  const start = from?.origin?.checkpoint ?? null
  const [text, setText] = createSignal<OwnText>({
    source: from?.source.text ?? '',
    output: from?.output?.text ?? '',
    writes: 'model',
    checkpoint: start,
    languages: untrack(() => startLanguages(spoken(start))),
  })
  const change = (part: Partial<OwnText>): void => void setText((before) => ({ ...before, ...part }))
  // Codes of one model mean nothing to another; the text may be of another model, which is known a moment later.
  createEffect(
    on([() => spoken(text().checkpoint).known], ([known], before) => {
      if (before !== undefined && known !== before[0]) change({ languages: startLanguages(spoken(text().checkpoint)) })
    }),
  )
  const [problem, setProblem] = createSignal<string | null>(null)
  const [busy, setBusy] = createSignal(false)
  const trouble = createMemo(() => troubleOf(text(), from, spoken(text().checkpoint)))
  const submit = async (request: DerivedRequest): Promise<void> => {
    setBusy(true)
    setProblem(null)
    try {
      const instance = await room.instances.derive(request)
      desk.setPanel(null)
      room.selection.openInstance(instance)
    } catch (error) {
      setProblem(messageOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      class="own-text"
      onSubmit={(event) => {
        event.preventDefault()
        if (trouble() === null && !busy()) void submit(requestOf(text(), from, spoken(text().checkpoint)))
      }}
    >
      <Field label="Text that the model reads" hint={`At most ${count(MOST_CHARACTERS)} characters.`}>
        {({ id, describedBy }) => (
          <textarea
            id={id}
            class="textarea"
            aria-describedby={describedBy}
            maxLength={MOST_CHARACTERS}
            value={text().source}
            onInput={(event) => change({ source: event.currentTarget.value })}
          />
        )}
      </Field>
      <OutputField text={text()} onChange={change} />
      <CheckpointField
        value={text().checkpoint}
        all={checkpoints()}
        onChange={(checkpoint) => change({ checkpoint })}
      />
      <Show when={spoken(text().checkpoint).known}>
        {(known) => (
          <LanguageFields known={known()} value={text().languages} onChange={(languages) => change({ languages })} />
        )}
      </Show>
      <div class="line end">
        <p class={problem() ? 'form-error grow' : 'form-hint grow'} role={problem() ? 'alert' : undefined}>
          {problem() ?? trouble() ?? ''}
        </p>
        <button type="button" class="plain" onClick={() => desk.setPanel(null)}>
          Cancel
        </button>
        <button type="submit" class="button solid" disabled={trouble() !== null || busy()} aria-busy={busy()}>
          {busy() ? 'Opening it' : 'Open it'}
        </button>
      </div>
    </form>
  )
}

function OutputField(props: {
  readonly text: OwnText
  readonly onChange: (part: Partial<OwnText>) => void
}): JSX.Element {
  return (
    <>
      <Segment
        label="Who writes the output"
        value={props.text.writes}
        choices={[
          { value: 'model', label: 'The model writes the output' },
          { value: 'given', label: 'I give the output' },
        ]}
        onChange={(writes) => props.onChange({ writes })}
      />
      <Show when={props.text.writes === 'given'} fallback={<p class="form-hint">Greedily, as for the corpus.</p>}>
        <Field label="Output" hint="The model does not write it; it is asked how likely each token was.">
          {({ id, describedBy }) => (
            <textarea
              id={id}
              class="textarea"
              aria-describedby={describedBy}
              maxLength={MOST_CHARACTERS}
              value={props.text.output}
              onInput={(event) => props.onChange({ output: event.currentTarget.value })}
            />
          )}
        </Field>
      </Show>
    </>
  )
}

/** The models that can be opened; none until they are known. */
function createCheckpoints(): Accessor<readonly CheckpointReply[]> {
  const app = useApp()
  const [checkpoints, setCheckpoints] = createSignal<readonly CheckpointReply[]>([])
  onMount(() => {
    // Without the list the text is read by the workspace's own model, which is what most want.
    void readCheckpoints(app.api).then(
      (reply) => setCheckpoints(reply.checkpoints.filter(({ summary }) => summary !== null)),
      () => undefined,
    )
  })
  return checkpoints
}

/** Models beside that of the workspace; not shown where there is no other. */
function CheckpointField(props: {
  readonly value: string | null
  readonly all: readonly CheckpointReply[]
  readonly onChange: (checkpoint: string | null) => void
}): JSX.Element {
  const room = useRoom()
  const own = (): CheckpointReply => room.info().checkpoint
  // A model of the other kind reads a text in another way altogether: nothing of both could be set side by side.
  const others = (): readonly CheckpointReply[] =>
    props.all.filter(({ id, summary }) => id !== own().id && summary?.kind === own().summary?.kind)
  return (
    <Show when={others().length > 0}>
      <Field label="Model" hint="Another checkpoint reads the same text with its own tokens.">
        {({ id, describedBy }) => (
          <select
            id={id}
            class="select"
            aria-describedby={describedBy}
            value={props.value ?? ''}
            onChange={(event) => props.onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
          >
            <option value="">{own().name}, the model of this workspace</option>
            <For each={others()}>
              {(checkpoint) => (
                <option value={checkpoint.id} selected={checkpoint.id === props.value}>
                  {checkpoint.name}
                </option>
              )}
            </For>
          </select>
        )}
      </Field>
    </Show>
  )
}
