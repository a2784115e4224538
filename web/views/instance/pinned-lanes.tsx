/** B under A: its lanes on A's scale, or the difference of the two, with its name and what can be done with it. */
import type { Accessor, JSX } from 'solid-js'
import { Match, Show, Switch } from 'solid-js'
import type { Ramps } from '#web/marks/ramp.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { Segment } from '#web/widgets/controls.tsx'
import { Banner, Bones, Late, LinkButton } from '#web/widgets/messages.tsx'
import { sameUnit } from './compare.ts'
import type { Comparison } from './comparison.ts'
import { describeOptions } from './explanations.ts'
import { Lanes } from './lanes.tsx'
import type { InstanceModel } from './model.ts'
import { RunMessages } from './run-messages.tsx'

export interface PinnedProps {
  readonly model: InstanceModel
  readonly comparison: Comparison
  readonly ramps: Accessor<Ramps>
}

export function PinnedLanes(props: PinnedProps): JSX.Element {
  const desk = useDesk()
  const room = useRoom()
  const shown = desk.ofB
  const between = (): InstanceModel | null => (shown() === 'difference' ? props.comparison.difference() : null)
  const failure = (): string | null => {
    const state = props.comparison.state()
    return state.kind === 'failed' ? state.message : null
  }
  return (
    <Show when={props.comparison.pin() !== null && !props.comparison.same()}>
      <section class="pinned" aria-label="B, pinned to compare with">
        <PinnedHead {...props} shown={shown()} onShow={desk.setOfB} />
        <Switch>
          <Match when={failure()}>
            {(message) => (
              <Banner kind="error">
                <b>B could not be opened.</b> {message()}{' '}
                <LinkButton onClick={() => props.comparison.retry()}>Try again</LinkButton>
              </Banner>
            )}
          </Match>
          <Match when={between() ?? props.comparison.b()}>
            {(model) => (
              <>
                <Lanes
                  model={model()}
                  ramps={props.ramps}
                  brackets={() => []}
                  onChoose={(choice) => props.comparison.choose(choice)}
                  onHover={() => undefined}
                  onRetryAttention={() => {
                    const question = model().attention.question()
                    if (question) room.analyses.retry(model().instance(), question)
                  }}
                />
                <Show when={props.comparison.b()}>{(b) => <RunMessages model={b()} />}</Show>
              </>
            )}
          </Match>
          <Match when={props.comparison.state().kind === 'loading'}>
            <Late>
              <Bones label="Reading B" widths={['62px', '54px', '26px', '34px', '66px', '40px', '24px']} />
            </Late>
          </Match>
        </Switch>
      </section>
    </Show>
  )
}

function PinnedHead(
  props: PinnedProps & {
    readonly shown: 'b' | 'difference'
    readonly onShow: (shown: 'b' | 'difference') => void
  },
): JSX.Element {
  const room = useRoom()
  const ownScale = (): boolean => {
    const pin = props.comparison.pin()
    return pin !== null && !sameUnit(pin.options, props.model.options())
  }
  const swap = (): void => {
    const pin = props.comparison.pin()
    if (pin === null) return
    const token = props.comparison.b()?.choice() ?? null
    const held = { instance: props.model.instance().id, options: props.model.options() }
    room.selection.select({ instance: pin.instance, options: pin.options, token, pin: held })
  }
  return (
    <div class="pinned-head">
      <b class="pin-mark">B</b>
      <span class="mono">{props.comparison.pin()?.instance}</span>
      <Show when={props.comparison.pin()}>
        {(pin) => (
          <span class="note">
            {describeOptions(pin().options)}
            {ownScale() ? ' · another unit than A: each has its own scale' : ' · on the scale of A'}
          </span>
        )}
      </Show>
      <span class="grow" />
      <Show when={props.comparison.difference()}>
        <Segment
          label="What stands below A"
          value={props.shown}
          choices={[
            { value: 'b', label: 'B', title: 'B as it is' },
            {
              value: 'difference',
              label: 'A − B',
              title: 'By how much each contribution of A is larger than that of B',
            },
          ]}
          onChange={(shown) => props.onShow(shown)}
        />
      </Show>
      <LinkButton onClick={swap}>Swap</LinkButton>
      <LinkButton onClick={() => room.selection.setPin(null)}>Let go of B</LinkButton>
    </div>
  )
}
