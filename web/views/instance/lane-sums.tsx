/** The words beside a lane's name: what it gives in sum, how attention agrees with it, or that the reading is turned round. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import { plain, signed } from '#web/marks/numbers.ts'
import { useApp } from '#web/state/app.ts'
import { LinkButton } from '#web/widgets/messages.tsx'
import { flowNames } from './attention.ts'
import { withUnit } from './explanations.ts'
import { spanOf } from './layout.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'

const total = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

export function SourceSum(props: { readonly model: InstanceModel; readonly onRetry: () => void }): JSX.Element {
  const quote = (): string => {
    const choice = props.model.choice()
    return choice === null ? '' : quoteOf(props.model.pieces(), choice)
  }
  const ofAttention = (): boolean => props.model.channel() === 'attention'
  const gives = (): string => {
    const reaching = props.model.reaching()
    return reaching
      ? `gives ${withUnit(signed(total(reaching.source)), props.model.options().objective)} to ${quote()}`
      : ''
  }
  return (
    <Switch>
      <Match when={props.model.choice()?.side === 'source'}>
        <span>
          turned round: how much each output {ofAttention() ? 'looked at' : 'drew on'} {quote()}
        </span>
        <AttentionState {...props} />
      </Match>
      <Match when={props.model.choice()?.side === 'output'}>
        <span>{ofAttention() ? `looked at while writing ${quote()}` : gives()}</span>
        <AttentionState {...props} />
      </Match>
    </Switch>
  )
}

/** Which attention is drawn and whether it ranks the tokens as the attribution does; or why there is none. */
function AttentionState(props: { readonly model: InstanceModel; readonly onRetry: () => void }): JSX.Element {
  const attention = (): InstanceModel['attention'] => props.model.attention
  const phase = createMemo(() => attention().analysis()?.phase.kind ?? null)
  const problem = createMemo(() => {
    const now = attention().analysis()?.phase
    return now?.kind === 'failed' || now?.kind === 'forbidden' ? now.message : null
  })
  return (
    <Show when={props.model.channel() !== 'attribution'}>
      <span class="agreement">
        <Switch>
          <Match when={attention().whyNot()}>{(reason) => `${attention().name()} ${reason()}`}</Match>
          <Match when={problem()}>
            {(reason) => (
              <>
                no attention: {reason()} <LinkButton onClick={() => props.onRetry()}>Try again</LinkButton>
              </>
            )}
          </Match>
          <Match when={attention().looking()}>
            <Agreement model={props.model} />
          </Match>
          <Match when={phase() !== null}>attention, {attention().name()}: being computed</Match>
        </Switch>
      </span>
    </Show>
  )
}

const definition =
  'Kendall’s τ-b between the attention weights and the sizes of the contributions of the source tokens: 1 the same order, 0 none, −1 the reverse.'

function Agreement(props: { readonly model: InstanceModel }): JSX.Element {
  const app = useApp()
  const other = (): 'mean' | 'rollout' => (props.model.flow() === 'mean' ? 'rollout' : 'mean')
  return (
    <>
      <Show when={props.model.attention.agreement() !== null} fallback={`attention: ${props.model.attention.name()}`}>
        <span title={definition}>
          rank agreement with attention, {props.model.attention.name()}: τ{' '}
          <b>{plain(props.model.attention.agreement() ?? 0)}</b>
        </span>
      </Show>
      <Show when={props.model.attention.ofAll()}>
        {' '}
        <LinkButton onClick={() => app.preferences.set({ flow: other() })}>{flowNames[other()]}</LinkButton>
      </Show>
    </>
  )
}

export function OutputSum(props: { readonly model: InstanceModel }): JSX.Element {
  const text = (): string => {
    const choice = props.model.choice()
    const { objective } = props.model.options()
    if (choice === null || props.model.channel() === 'attention') return ''
    const drawn = props.model.drawn()
    if (drawn) return `${withUnit(signed(total(drawn)), objective)} over all outputs`
    const reaching = props.model.reaching()
    if (reaching === null || spanOf(choice)[0] === 0) return ''
    return `so far gives ${withUnit(signed(total(reaching.output)), objective)}`
  }
  return <span>{text()}</span>
}
