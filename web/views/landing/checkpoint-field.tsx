/** The model of a new workspace: one that is here, or one that is brought in from a hub or a folder. */
import type { JSX } from 'solid-js'
import { createSignal, Show, untrack } from 'solid-js'
import type { ArrivalReply, ArrivalRequest } from '#server/wire/arrivals.ts'
import type { CheckpointReply } from '#server/wire/checkpoints.ts'
import { readCheckpoints } from '#web/api/checkpoints.ts'
import { messageOf } from '#web/errors.ts'
import { bytes, timeLeft } from '#web/marks/numbers.ts'
import { For, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { Arrivals } from '#web/state/arrivals.ts'
import { createArrivals } from '#web/state/arrivals.ts'
import { modelSummary } from '#web/views/workspace/model-summary.ts'
import { Field, Segment } from '#web/widgets/controls.tsx'
import { LinkButton, ProgressLine } from '#web/widgets/messages.tsx'

export function CheckpointField(props: {
  readonly value: string
  readonly onChange: (id: string) => void
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
      if ((wanted !== null || untrack(() => props.value) === '') && next) props.onChange(next.id)
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  const arrivals = createArrivals(app, (id) => {
    setAdding(false)
    void load(id)
  })
  onMount(() => {
    void load(null)
    void arrivals.refresh()
  })
  const isUnderWay = (): boolean => (arrivals.reply()?.arrivals ?? []).some(isActive)
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
            onChange={(event) => props.onChange(event.currentTarget.value)}
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
        <AddModel arrivals={arrivals} />
      </Show>
    </>
  )
}

const isActive = ({ state }: ArrivalReply): boolean => state === 'fetching' || state === 'reading'

function AddModel(props: { readonly arrivals: Arrivals }): JSX.Element {
  const [from, setFrom] = createSignal<ArrivalRequest['from']>('hub')
  const [name, setName] = createSignal('')
  const folders = (): readonly string[] => props.arrivals.reply()?.folders ?? []
  const choices = () => [
    ...(props.arrivals.reply()?.mayImport === true ? [{ value: 'hub' as const, label: 'From a hub' }] : []),
    ...(folders().length > 0 ? [{ value: 'folder' as const, label: 'Folder on the server' }] : []),
  ]
  const origin = (): ArrivalRequest['from'] =>
    choices().find(({ value }) => value === from())?.value ?? choices()[0]?.value ?? 'hub'
  const begin = (): void => {
    if (name().trim() !== '' && !props.arrivals.busy()) {
      void props.arrivals.begin({ from: origin(), name: name().trim() })
    }
  }
  const hint = (): string =>
    origin() === 'hub'
      ? 'A name such as org/name or org/name@revision. What it takes is shown before anything large is fetched.'
      : `A Hugging Face folder below ${folders().join(', ')}.`
  return (
    <div class="add-model" role="group" aria-label="Add a model">
      <Segment label="Where the model is" value={origin()} choices={choices()} onChange={setFrom} />
      <Field label={origin() === 'hub' ? 'Name at the hub' : 'Folder'} hint={hint()} error={props.arrivals.problem()}>
        {({ id, describedBy }) => (
          <div class="line">
            <input
              id={id}
              class="input grow mono"
              aria-describedby={describedBy}
              spellcheck={false}
              value={name()}
              onInput={(event) => setName(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return
                event.preventDefault()
                begin()
              }}
            />
            <button
              type="button"
              class="button"
              disabled={name().trim() === '' || props.arrivals.busy()}
              aria-busy={props.arrivals.busy()}
              onClick={begin}
            >
              {origin() === 'hub' ? 'Look it up' : 'Add it'}
            </button>
          </div>
        )}
      </Field>
      <For each={props.arrivals.reply()?.arrivals.filter(({ state }) => state !== 'done') ?? []}>
        {(arrival) => <ArrivalLine arrival={arrival} arrivals={props.arrivals} />}
      </For>
    </div>
  )
}

/** One model on its way: what it takes, then how far it is, then what went wrong. */
function ArrivalLine(props: { readonly arrival: ArrivalReply; readonly arrivals: Arrivals }): JSX.Element {
  const again = (): void => void props.arrivals.fetch(props.arrival)
  const left = (): string | null => {
    const { rate, done, total } = props.arrival
    if (rate === null || rate === 0) return null
    return `${bytes(rate)}/s, ${timeLeft((total - done) / rate)}`
  }
  return (
    <div class="arrival">
      <span class="mono">{props.arrival.name}</span>
      <Show when={props.arrival.estimate}>
        {(estimate) => (
          <span class="dim">
            {estimate().architecture} · fetches {bytes(estimate().missing)} of {bytes(estimate().bytes)} · disk{' '}
            {bytes(estimate().disk)} of {bytes(estimate().free)} free · memory up to {bytes(estimate().memory)}
          </span>
        )}
      </Show>
      <Show when={props.arrival.state === 'waiting'}>
        <button type="button" class="button" onClick={again}>
          Fetch it
        </button>
      </Show>
      <Show when={props.arrival.state === 'fetching'}>
        <ProgressLine
          text={`Fetching ${bytes(props.arrival.done)} of ${bytes(props.arrival.total)}`}
          done={props.arrival.total === 0 ? null : props.arrival.done / props.arrival.total}
          left={left()}
          onCancel={() => void props.arrivals.cancel(props.arrival)}
        />
      </Show>
      <Show when={props.arrival.state === 'reading'}>
        <ProgressLine text="Reading it" done={null} left={null} />
      </Show>
      <Show when={props.arrival.state === 'cancelled'}>
        <span>
          Cancelled; what was fetched is kept. <LinkButton onClick={again}>Go on</LinkButton>
        </span>
      </Show>
      <Show when={props.arrival.state === 'failed'}>
        <span class="form-error" role="alert">
          {props.arrival.problem}{' '}
          <Show when={props.arrival.estimate}>
            <LinkButton onClick={again}>Go on where it ended</LinkButton>
          </Show>
        </span>
      </Show>
    </div>
  )
}
