/** Models on their way in, as the server knows them. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { ArrivalReply } from '#server/wire/arrivals.ts'
import { bytes, timeLeft } from '#web/marks/numbers.ts'
import type { Arrivals } from '#web/state/arrivals.ts'
import { LinkButton, ProgressLine } from '#web/widgets/messages.tsx'

/** What it takes to bring a model in, once that is known. */
export function Estimate(props: { readonly arrival: ArrivalReply }): JSX.Element {
  return (
    <Show when={props.arrival.estimate}>
      {(estimate) => (
        <span class="dim">
          {estimate().architecture} · {props.arrival.upload === null ? 'fetches' : 'sends'} {bytes(estimate().missing)}
          {estimate().missing === estimate().bytes ? '' : ` of ${bytes(estimate().bytes)}`} · disk{' '}
          {bytes(estimate().disk)} of {bytes(estimate().free)} free · memory up to {bytes(estimate().memory)}
        </span>
      )}
    </Show>
  )
}

/** One model on its way: what it takes, then how far it is, then what went wrong. */
export function ArrivalLine(props: { readonly arrival: ArrivalReply; readonly arrivals: Arrivals }): JSX.Element {
  const again = (): void => void props.arrivals.fetch(props.arrival)
  const left = (): string | null => {
    const { rate, done, total } = props.arrival
    if (rate === null || rate === 0) return null
    return `${bytes(rate)}/s, ${timeLeft((total - done) / rate)}`
  }
  return (
    <div class="arrival">
      <span class="mono">{props.arrival.name}</span>
      <Estimate arrival={props.arrival} />
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
      <Show when={props.arrival.state === 'receiving'}>
        <span>
          {bytes(props.arrival.done)} of {bytes(props.arrival.total)} were uploaded. Whoever began it goes on by
          choosing the same folder again.{' '}
          <LinkButton onClick={() => void props.arrivals.cancel(props.arrival)}>Remove it</LinkButton>
        </span>
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
          <Show when={props.arrival.upload === null && props.arrival.estimate}>
            <LinkButton onClick={again}>Go on where it ended</LinkButton>
          </Show>
        </span>
      </Show>
    </div>
  )
}
