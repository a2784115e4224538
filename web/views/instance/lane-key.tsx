/** The legend under the lanes: both ends of the scale with numbers, and every mark in use. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import { plain } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { unitOf } from './explanations.ts'
import { flagNames, flagSigns, unsureBelow } from './flags.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'

export function LaneKey(props: { readonly model: InstanceModel }): JSX.Element {
  const ofAttention = (): boolean => props.model.channel() === 'attention'
  return (
    <div class="key">
      <Show when={!ofAttention()} fallback={<AttentionScale model={props.model} />}>
        <ContributionScale model={props.model} />
        <span>
          <i class="mark-clip" />
          off the scale
        </span>
        <span>
          <i class="mark-minus" />
          speaks against
        </span>
        <Show when={props.model.frame('source').feet}>
          <span title="The bar under a source token: how much attention looks at it, by the square root of the weight.">
            <i class="mark-look" />
            attention, {props.model.attention.name()}
          </span>
        </Show>
      </Show>
      <span title="The length of the bar under an output token is the entropy of the step that wrote it.">
        <i class="mark-foot" />
        entropy, full: {Number(props.model.entropyScale().toFixed(4))} nats
      </span>
      <FlagKeys model={props.model} />
    </div>
  )
}

function ContributionScale(props: { readonly model: InstanceModel }): JSX.Element {
  const toward = (): string => {
    const choice = props.model.choice()
    if (choice === null) return ''
    return choice.side === 'output' ? `toward ${quoteOf(props.model.pieces(), choice)}` : 'toward each output'
  }
  // The ends have no numbers before there are any, but their place: nothing moves when they come.
  const reach = (): string =>
    props.model.reach() === 0 ? '' : plain(props.model.reach(), digitsOf(props.model.reach()))
  return (
    <span title="Symmetric: 97.5 % of all contributions of this instance, in the unit that is shown, lie within. The same for every output token.">
      <span class="end low">−{reach()}</span>
      <SignedRamp />
      <span class="end">+{reach()}</span>
      <span class="toward">
        {unitOf(props.model.options().objective)} {toward()}
      </span>
    </span>
  )
}

/** Weights run from 0 to 1 for every head, so the scale is the same everywhere. */
const AttentionScale = (props: { readonly model: InstanceModel }): JSX.Element => (
  <span title="Weights of one step add up to 1. Colours follow the square root of the weight, so that small ones can be seen.">
    <span class="end low">0</span>
    <AmountRamp />
    <span class="end">1</span>
    <span class="toward">attention (square root), {props.model.attention.name()}</span>
  </span>
)

const flagTexts = {
  missing:
    'A name, a number, or a word of four letters or more, and no word of the source begins like it. Not shown where most words are absent, as in a translation.',
  unsure: `The model gave the token that it wrote a probability below ${unsureBelow}: less than an even chance.`,
  copied: 'The last of at least five words that stand in the source in the same order.',
} as const

/** The signs that this output carries. */
function FlagKeys(props: { readonly model: InstanceModel }): JSX.Element {
  const kinds = createMemo(() => [...new Set(props.model.flags().map(({ kind }) => kind))])
  return (
    <For each={kinds()}>
      {(kind) => (
        <span title={flagTexts[kind]}>
          <i class="flag" data-v={flagSigns[kind]} />
          {flagNames[kind]}
        </span>
      )}
    </For>
  )
}

/** About two digits that mean something, whatever the size. */
const digitsOf = (reach: number): number => (reach < 0.1 ? 3 : reach < 1 ? 2 : 1)

const steps = [8, 7, 6, 5, 4, 3, 2, 1] as const

const SignedRamp = (): JSX.Element => (
  <span class="ramp" aria-hidden="true">
    <For each={steps}>{(step) => <i style={{ background: `var(--away-${step})` }} />}</For>
    <For each={[0, ...steps.toReversed()]}>{(step) => <i style={{ background: `var(--toward-${step})` }} />}</For>
  </span>
)

const AmountRamp = (): JSX.Element => (
  <span class="ramp" aria-hidden="true">
    <For each={[0, ...steps.toReversed()]}>{(step) => <i style={{ background: `var(--amount-${step})` }} />}</For>
  </span>
)
