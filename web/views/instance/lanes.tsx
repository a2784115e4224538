/** Source and output as lanes, with their sums, the key to the colours, and the card of what is under the pointer. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import type { TokenChoice } from '#collab/wire/document.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import type { CardAnchor } from '#web/widgets/hover-card.tsx'
import { HoverCard } from '#web/widgets/hover-card.tsx'
import { Arcs } from './arcs.tsx'
import type { BracketPart } from './brackets.ts'
import type { Side } from './frame.ts'
import { Lane } from './lane.tsx'
import { LaneKey } from './lane-key.tsx'
import { OutputSum, SourceSum } from './lane-sums.tsx'
import type { InstanceModel } from './model.ts'
import type { Pair } from './pairs.ts'
import { cardText, describeToken } from './token-facts.ts'

export interface LanesProps {
  readonly model: InstanceModel
  readonly ramps: Accessor<Ramps>
  readonly brackets: (side: Side) => readonly BracketPart[]
  readonly onChoose: (choice: TokenChoice | null) => void
  readonly onHover: (choice: TokenChoice | null) => void
  /** Pairs of tokens that are joined by an arc. */
  readonly arcs?: readonly Pair[]
  /** Asks once more for the attention that could not be had. */
  readonly onRetryAttention?: () => void
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
      describe={(index) => describeToken(props.model, side, index)}
      onChoose={(choice) => props.onChoose(choice)}
      onHover={(index, element) => hover(side, index, element)}
      onLeave={() => focusLane(box, side === 'source' ? 'output' : 'source')}
    />
  )
  return (
    <div class="lanes" ref={(element) => (box = element)}>
      <div class="lane-name">
        <b>{props.model.layout().kind === 'decoder-only' ? 'Prompt' : 'Source'}</b>
        <SourceSum model={props.model} onRetry={() => props.onRetryAttention?.()} />
      </div>
      {lane('source', 'Source tokens', null)}
      <Show when={props.model.instance().output}>
        <div class="lane-name">
          <b>Output</b>
          <OutputSum model={props.model} />
        </div>
        {lane('output', 'Output tokens', feet())}
        <LaneKey model={props.model} />
      </Show>
      <Show when={props.arcs?.length}>
        <Arcs pairs={props.arcs ?? []} box={() => box} />
      </Show>
      <HoverCard anchor={anchor} />
    </div>
  )
}

function focusLane(box: HTMLElement, side: Side): void {
  box.querySelector<HTMLElement>(`[data-lane="${side}"] .tok[tabindex="0"]`)?.focus()
}
