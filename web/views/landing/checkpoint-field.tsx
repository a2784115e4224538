/** The model of a new workspace: one that is here, or one that is brought in from a hub or a folder. */
import type { JSX } from 'solid-js'
import { createSignal, Show, untrack } from 'solid-js'
import type { ArrivalReply, ArrivalRequest } from '#server/wire/arrivals.ts'
import type { CheckpointReply } from '#server/wire/checkpoints.ts'
import { readCheckpoints } from '#web/api/checkpoints.ts'
import { messageOf } from '#web/errors.ts'
import { For, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { Arrivals } from '#web/state/arrivals.ts'
import { createArrivals } from '#web/state/arrivals.ts'
import { type Upload, createUpload } from '#web/state/upload.ts'
import { modelSummary } from '#web/views/workspace/model-summary.ts'
import { Field, Segment } from '#web/widgets/controls.tsx'
import { LinkButton } from '#web/widgets/messages.tsx'
import { AddressField } from './address-field.tsx'
import { ArrivalLine } from './arrival-line.tsx'
import { ModelUpload } from './model-upload.tsx'

export function CheckpointField(props: {
  readonly value: string
  readonly onChange: (checkpoint: CheckpointReply) => void
}): JSX.Element {
  const app = useApp()
  const [checkpoints, setCheckpoints] = createSignal<readonly CheckpointReply[]>([])
  const [problem, setProblem] = createSignal<string | null>(null)
  const [adding, setAdding] = createSignal(false)
  const load = async (wanted: string | null): Promise<void> => {
    try {
      const reply = await readCheckpoints(app.api)
      setCheckpoints(reply.checkpoints)
      const usable = reply.checkpoints.filter((checkpoint) => checkpoint.problem === null)
      const next = usable.find(({ id }) => id === wanted) ?? usable[0]
      if ((wanted !== null || untrack(() => props.value) === '') && next) props.onChange(next)
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  const arrivals = createArrivals(app, (id) => {
    setAdding(false)
    void load(id)
  })
  // Kept here, so that it goes on while the form to add a model is folded away.
  const upload = createUpload(app, () => void arrivals.refresh())
  onMount(() => {
    void load(null)
    void arrivals.refresh()
  })
  const isUnderWay = (): boolean => upload.phase() !== 'none' || (arrivals.reply()?.arrivals ?? []).some(isActive)
  const mayAdd = (): boolean => arrivals.reply()?.mayImport === true || (arrivals.reply()?.folders.length ?? 0) > 0
  return (
    <>
      <Field
        label="Model"
        error={problem()}
        hint={
          <Show when={mayAdd()} fallback="Whoever runs this server can add others.">
            <LinkButton onClick={() => setAdding((open) => !open)}>
              {adding() ? 'Add no other model' : 'Add another model'}
            </LinkButton>
          </Show>
        }
      >
        {({ id, describedBy }) => (
          <select
            id={id}
            class="select"
            aria-describedby={describedBy}
            value={props.value}
            onChange={(event) => {
              const chosen = checkpoints().find(({ id }) => id === event.currentTarget.value)
              if (chosen) props.onChange(chosen)
            }}
          >
            <For each={checkpoints()}>
              {(checkpoint) => (
                <option
                  value={checkpoint.id}
                  disabled={checkpoint.problem !== null}
                  selected={checkpoint.id === props.value}
                >
                  {`${checkpoint.name}: ${modelSummary(checkpoint)}`}
                </option>
              )}
            </For>
          </select>
        )}
      </Field>
      <Show when={mayAdd() && (adding() || isUnderWay())}>
        <AddModel arrivals={arrivals} upload={upload} />
      </Show>
    </>
  )
}

const isActive = ({ state }: ArrivalReply): boolean => state === 'fetching' || state === 'reading'

/** Where a model can come from. */
type Origin = ArrivalRequest['from'] | 'upload'

function AddModel(props: { readonly arrivals: Arrivals; readonly upload: Upload }): JSX.Element {
  const [from, setFrom] = createSignal<Origin>('hub')
  const folders = (): readonly string[] => props.arrivals.reply()?.folders ?? []
  const choices = () => [
    ...(props.arrivals.reply()?.mayImport === true
      ? [
          { value: 'hub' as const, label: 'From a hub' },
          { value: 'upload' as const, label: 'Upload' },
        ]
      : []),
    ...(folders().length > 0 ? [{ value: 'folder' as const, label: 'Folder on the server' }] : []),
  ]
  const origin = (): Origin => choices().find(({ value }) => value === from())?.value ?? choices()[0]?.value ?? 'hub'
  const others = (): readonly ArrivalReply[] =>
    (props.arrivals.reply()?.arrivals ?? []).filter(
      ({ id, state }) => state !== 'done' && id !== props.upload.arrival()?.id,
    )
  return (
    <div class="add-model" role="group" aria-label="Add a model">
      <Segment label="Where the model is" value={origin()} choices={choices()} onChange={setFrom} />
      <Show
        when={origin() === 'upload'}
        fallback={<NamedModel arrivals={props.arrivals} from={origin() === 'hub' ? 'hub' : 'folder'} />}
      >
        <ModelUpload upload={props.upload} />
      </Show>
      <For each={others()}>{(arrival) => <ArrivalLine arrival={arrival} arrivals={props.arrivals} />}</For>
    </div>
  )
}

/** A model by its name at the hub, or its folder on the server. */
function NamedModel(props: { readonly arrivals: Arrivals; readonly from: ArrivalRequest['from'] }): JSX.Element {
  const hint = (): string =>
    props.from === 'hub'
      ? 'A name such as org/name or org/name@revision. What it takes is shown before anything large is fetched.'
      : `A Hugging Face folder below ${(props.arrivals.reply()?.folders ?? []).join(', ')}.`
  return (
    <AddressField
      label={props.from === 'hub' ? 'Name at the hub' : 'Folder'}
      hint={hint()}
      action={props.from === 'hub' ? 'Look it up' : 'Add it'}
      busy={props.arrivals.busy()}
      error={props.arrivals.problem()}
      onTake={(name) => void props.arrivals.begin({ from: props.from, name })}
    />
  )
}
