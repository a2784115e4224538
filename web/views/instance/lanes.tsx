/** Source and output as lanes, with their sums, the key to the colours, and the card of what is under the pointer. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import type { TokenChoice } from '#collab/wire/document.ts'
import { plain, probability, signed } from '#web/marks/numbers.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { For } from '#web/solid.ts'
import type { CardAnchor, CardText } from '#web/widgets/hover-card.tsx'
import { HoverCard } from '#web/widgets/hover-card.tsx'
import type { BracketPart } from './brackets.ts'
import { unitOf, withUnit } from './explanations.ts'
import { flagNames, flagSigns, unsureBelow } from './flags.ts'
import type { Side } from './frame.ts'
import { Lane } from './lane.tsx'
import { spanOf } from './layout.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'

export interface LanesProps {
  readonly model: InstanceModel
  readonly ramps: Accessor<Ramps>
  readonly brackets: (side: Side) => readonly BracketPart[]
  readonly onChoose: (choice: TokenChoice | null) => void
  readonly onHover: (choice: TokenChoice | null) => void
}

export function Lanes(props: LanesProps): JSX.Element {
  const [anchor, setAnchor] = createSignal<CardAnchor | null>(null)
  let box!: HTMLDivElement
  const hover = (side: Side, index: number | null, element: HTMLElement | null): void => {
    if (anchor()?.element === element) return
    setAnchor(index === null || element === null ? null : { element, text: () => cardText(props.model, side, index) })
    props.onHover(index === null ? null : { side, index })
  }
  const feet = createMemo(() => {
    const steps = props.model.instance().output?.steps ?? []
    return steps.map((step) => Math.min(1, step.entropy / props.model.entropyScale()))
  })
  const lane = (side: Side, label: string, feetOf: readonly number[] | null): JSX.Element => (
    <Lane
      side={side}
      label={label}
      pieces={props.model.pieces()[side]}
      frame={props.model.frame(side)}
      ramps={props.ramps()}
      brackets={props.brackets(side)}
      feet={feetOf}
      describe={(index) => describe(props.model, side, index)}
      onChoose={(choice) => props.onChoose(choice)}
      onHover={(index, element) => hover(side, index, element)}
      onLeave={() => focusLane(box, side === 'source' ? 'output' : 'source')}
    />
  )
  return (
    <div class="lanes" ref={(element) => (box = element)}>
      <div class="lane-name">
        <b>{props.model.layout().kind === 'decoder-only' ? 'Prompt' : 'Source'}</b>
        <span>{sourceSum(props.model)}</span>
      </div>
      {lane('source', 'Source tokens', null)}
      <Show when={props.model.instance().output}>
        <div class="lane-name">
          <b>Output</b>
          <span>{outputSum(props.model)}</span>
        </div>
        {lane('output', 'Output tokens', feet())}
        <Key model={props.model} />
      </Show>
      <HoverCard anchor={anchor} />
    </div>
  )
}

function focusLane(box: HTMLElement, side: Side): void {
  box.querySelector<HTMLElement>(`[data-lane="${side}"] .tok[tabindex="0"]`)?.focus()
}

const total = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

/** What the source gives in sum; or that the reading is turned round. */
function sourceSum(model: InstanceModel): string {
  const choice = model.choice()
  if (choice === null) return ''
  const quote = quoteOf(model.pieces(), choice)
  if (choice.side === 'source') return `turned round: how much each output drew on ${quote}`
  const reaching = model.reaching()
  return reaching ? `gives ${withUnit(signed(total(reaching.source)), model.options().objective)} to ${quote}` : ''
}

function outputSum(model: InstanceModel): string {
  const choice = model.choice()
  const { objective } = model.options()
  const drawn = model.drawn()
  if (drawn) return `${withUnit(signed(total(drawn)), objective)} over all outputs`
  const reaching = model.reaching()
  if (choice === null || reaching === null || spanOf(choice)[0] === 0) return ''
  return `so far gives ${withUnit(signed(total(reaching.output)), objective)}`
}

/** What one token's box says, for the card and for screen readers. */
function facts(model: InstanceModel, side: Side, index: number): readonly (readonly [string, string])[] {
  const rows: [string, string][] = []
  const { objective } = model.options()
  const choice = model.choice()
  const frame = model.frame(side)
  const value = frame.held ? null : (frame.values[index] ?? null)
  if (value !== null && choice !== null) {
    const reading =
      choice.side === 'output'
        ? `toward ${quoteOf(model.pieces(), choice)}`
        : `drew on ${quoteOf(model.pieces(), choice)}`
    rows.push([reading, withUnit(signed(value), objective)])
    const share = choice.side === 'output' ? shareOf(model, choice, value) : null
    if (share !== null) rows.push(['of all contributions', share])
  }
  const step = side === 'output' ? model.instance().output?.steps[index] : undefined
  if (step) {
    rows.push(['probability when written', probability(Math.exp(step.logProb), 3)])
    rows.push(['entropy of the step', `${plain(step.entropy, 2)} nats`])
  }
  if (side === 'output') {
    const here = model.flags().filter(({ first, last }) => first <= index && index <= last)
    for (const { kind, reason } of here) rows.push([`${flagSigns[kind]} ${flagNames[kind]}`, reason])
  }
  return rows
}

/** The token's part of the sum of absolute contributions: shares of a signed sum can exceed one and mislead. */
function shareOf(model: InstanceModel, choice: TokenChoice, value: number): string | null {
  const reaching = model.reaching()
  if (reaching === null || choice.side !== 'output') return null
  const all = [...reaching.source, ...reaching.output, reaching.start, reaching.inside]
  const size = all.reduce<number>((sum, part) => sum + Math.abs(part ?? 0), 0)
  return size > 0 ? `${((100 * Math.abs(value)) / size).toFixed(1)} %` : null
}

function cardText(model: InstanceModel, side: Side, index: number): CardText {
  const piece = model.pieces()[side][index]
  const place = side === 'source' ? `source token ${index + 1}` : `output step ${index + 1}`
  const id = model.instance()[side]?.ids[index]
  return {
    title: piece?.label ?? '',
    note: `${place}${id === undefined ? '' : ` · id ${id}`}${piece && piece.raw !== piece.label ? ` · ${piece.raw}` : ''}`,
    rows: facts(model, side, index),
  }
}

function describe(model: InstanceModel, side: Side, index: number): string {
  const piece = model.pieces()[side][index]
  const [first, last] = model.choice()?.side === side ? spanOf(model.choice()!) : [-1, -1] // the test before it is for null
  const chosen = index >= first && index <= last ? ', chosen' : ''
  return [
    `${piece?.label ?? ''}${chosen}`,
    ...facts(model, side, index).map(([name, value]) => `${name} ${value}`),
  ].join(', ')
}

/** The legend: both ends of the scale with numbers, and every mark in use. */
function Key(props: { readonly model: InstanceModel }): JSX.Element {
  const toward = (): string => {
    const choice = props.model.choice()
    if (choice === null) return ''
    return choice.side === 'output' ? `toward ${quoteOf(props.model.pieces(), choice)}` : 'toward each output'
  }
  // The ends have no numbers before there are any, but their place: nothing moves when they come.
  const reach = (): string =>
    props.model.reach() === 0 ? '' : plain(props.model.reach(), digitsOf(props.model.reach()))
  return (
    <div class="key">
      <span title="Symmetric: 97.5 % of all contributions of this instance lie within. The same for every output token.">
        <span class="end low">−{reach()}</span>
        <SignedRamp />
        <span class="end">+{reach()}</span>
        <span class="toward">
          {unitOf(props.model.options().objective)} {toward()}
        </span>
      </span>
      <span>
        <i class="mark-clip" />
        off the scale
      </span>
      <span>
        <i class="mark-minus" />
        speaks against
      </span>
      <span title="The length of the bar under an output token is the entropy of the step that wrote it.">
        <i class="mark-foot" />
        entropy, full: {Number(props.model.entropyScale().toFixed(4))} nats
      </span>
      <FlagKeys model={props.model} />
    </div>
  )
}

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
