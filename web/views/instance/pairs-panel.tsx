/** The tab "Pairs": which two tokens acted together on the chosen output, as a triangle, a list, and arcs over the lanes. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, createSignal, onCleanup, Show } from 'solid-js'
import { interactionsReport } from '#server/wire/analyses.ts'
import { count, signed } from '#web/marks/numbers.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { createEffect, For, onMount } from '#web/solid.ts'
import { AnalysisState } from './analysis-state.tsx'
import { describeOptions, unitOf, withUnit } from './explanations.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'
import { drawPairGrid, makePairGrid, pairAt } from './pair-grid.ts'
import type { PairState } from './pair-state.ts'
import { mostArcs } from './pair-state.ts'
import type { Pair, PairKind, Pairs } from './pairs.ts'
import { maskedRuns, nameOf } from './pairs.ts'

export interface PairsProps {
  readonly model: InstanceModel
  readonly state: PairState
  readonly ramps: Accessor<Ramps>
}

const kinds: readonly { readonly value: PairKind; readonly label: string; readonly text: string }[] = [
  {
    value: 'masked-pairs',
    label: 'Masked pairs',
    text: 'F with both, less F without either, less what each alone changed. Exact; promises no sum.',
  },
  {
    value: 'integrated-hessians',
    label: 'Integrated Hessians',
    text: 'Second derivatives along the path (Janizek et al. 2021). All entries add up to the measured change; the gap is what is missing.',
  },
  {
    value: 'attention-edges',
    label: 'Attention edges',
    text: 'Attention attribution between the two, added up over heads and layers. An overview: its sum is no change of F.',
  },
]

export function PairsPanel(props: PairsProps): JSX.Element {
  const chosen = () => kinds.find(({ value }) => value === props.state.kind()) ?? kinds[0]! // one of three
  return (
    <Show
      when={props.state.target() !== null}
      fallback={<p class="dim">Choose an output token: its pairs appear here.</p>}
    >
      <h3>
        <span class="question">
          Which pairs made {quoteOf(props.model.pieces(), { side: 'output', index: props.state.target() ?? 0 })}?
        </span>
      </h3>
      <label class="pair-kind">
        <span class="sr-only">Kind of interaction</span>
        <select
          class="select small"
          value={props.state.kind()}
          onChange={(event) => props.state.setKind(kinds[event.currentTarget.selectedIndex]?.value ?? 'masked-pairs')}
        >
          <For each={kinds}>{({ value, label }) => <option value={value}>{label}</option>}</For>
        </select>
      </label>
      <p>{chosen().text}</p>
      <Show when={props.state.analysis()} fallback={<Offer {...props} />}>
        {(analysis) => (
          <Show when={props.state.question()}>
            {(question) => (
              <AnalysisState
                analysis={analysis()}
                what={chosen().label}
                instance={props.model.instance()}
                question={question()}
              />
            )}
          </Show>
        )}
      </Show>
      <Show when={props.state.pairs()}>{(pairs) => <PairsFound {...props} pairs={pairs()} />}</Show>
    </Show>
  )
}

/** Pairs cost far more than tokens, so nothing begins by itself. */
function Offer(props: PairsProps): JSX.Element {
  const tokens = (): number => props.model.layout().source + (props.state.target() ?? 0)
  return (
    <div class="pair-offer">
      <button type="button" class="button small" onClick={() => props.state.ask()}>
        Compute
      </button>
      <span class="dim">
        {props.state.kind() === 'masked-pairs'
          ? `at most ${count(maskedRuns(tokens()))} runs of the model`
          : describeOptions(props.model.options())}
      </span>
    </div>
  )
}

function PairsFound(props: PairsProps & { readonly pairs: Pairs }): JSX.Element {
  const [under, setUnder] = createSignal<readonly [number, number] | null>(null)
  const unit = (): string => unitOf(props.model.options().objective)
  const reading = (): string => {
    const at = under()
    if (at === null) return `full colour: ±${props.pairs.reach.toFixed(2)} ${unit()}`
    const [a, b] = [props.pairs.places[at[0]] ?? null, props.pairs.places[at[1]] ?? null]
    const value = props.pairs.at(at[0], at[1])
    const text = Number.isNaN(value) ? 'not known yet' : withUnit(signed(value, 3), props.model.options().objective)
    return `${nameOf(b, props.model.pieces())} and ${nameOf(a, props.model.pieces())}: ${text}`
  }
  return (
    <>
      <div class="pair-figure">
        <Triangle {...props} onUnder={setUnder} />
        <p class="pair-reading" aria-live="off">
          {reading()}
        </p>
      </div>
      <Show when={props.state.analysis()?.phase.kind === 'done'}>
        <Trust {...props} />
      </Show>
      <label class="slider">
        <span>Strongest pairs, drawn as arcs</span>
        <input
          type="range"
          min="1"
          max={mostArcs}
          value={props.state.most()}
          onInput={(event) => props.state.setMost(event.currentTarget.valueAsNumber)}
        />
        <output>{props.state.most()}</output>
      </label>
      <ul class="pair-list">
        <For each={props.state.top()}>{(pair) => <PairRow {...props} pair={pair} />}</For>
      </ul>
    </>
  )
}

function PairRow(props: PairsProps & { readonly pair: Pair }): JSX.Element {
  const name = (place: Pair['first']): string => nameOf(place, props.model.pieces())
  return (
    <li
      onPointerEnter={() => props.state.setHovered(props.pair.first)}
      onPointerLeave={() => props.state.setHovered(null)}
    >
      <span>
        {name(props.pair.first)} <span class="dim">{props.pair.first.side === 'output' ? 'out' : ''} and</span>{' '}
        {name(props.pair.second)} <span class="dim">{props.pair.second.side === 'output' ? 'out' : ''}</span>
      </span>
      <span class="n">{signed(props.pair.value, 3)}</span>
    </li>
  )
}

/** What tells whether to believe the numbers: a gap where a sum is promised, and the caution of the method. */
function Trust(props: PairsProps): JSX.Element {
  const gap = (): number | null => {
    const value = props.state.analysis()?.tensors?.get('gap')?.data[0] ?? Number.NaN
    return Number.isFinite(value) ? value : null
  }
  const converged = (): boolean => props.state.analysis()?.tensors?.get('converged')?.data[0] === 1
  const caution = createMemo(() => interactionsReport.safeParse(props.state.analysis()?.report).data?.caution ?? null)
  const fine = (): boolean => converged() && caution() === null
  return (
    <p class={fine() ? 'trust' : 'trust bad'}>
      <span>
        <Show when={gap()} fallback="No gap to show: no sum is promised">
          {(value) => `Gap ${withUnit(signed(value(), 3), props.model.options().objective)}`}
        </Show>
        <Show when={!converged()}>, not converged</Show>
        <Show when={caution()}>
          <br />
          <span class="dim">{caution()}</span>
        </Show>
      </span>
    </p>
  )
}

function Triangle(
  props: PairsProps & { readonly pairs: Pairs; readonly onUnder: (at: readonly [number, number] | null) => void },
): JSX.Element {
  let canvas!: HTMLCanvasElement
  const [size, setSize] = createSignal(0)
  const grid = createMemo(() => makePairGrid(props.pairs, size()))
  onMount(() => {
    const observer = new ResizeObserver(() => setSize(canvas.clientWidth))
    observer.observe(canvas)
    onCleanup(() => observer.disconnect())
  })
  createEffect(() => {
    if (size() === 0) return
    const scale = window.devicePixelRatio
    canvas.width = canvas.height = Math.round(size() * scale)
    const context = canvas.getContext('2d')
    const empty = getComputedStyle(canvas).getPropertyValue('--surface-bar')
    if (context) drawPairGrid(context, grid(), canvas.width, { ramps: props.ramps(), reach: props.pairs.reach, empty })
  })
  const onMove = (event: PointerEvent): void => {
    const at = pairAt(grid(), props.pairs.places.length, event.offsetX, event.offsetY, size())
    props.onUnder(at)
    props.state.setHovered((at && props.pairs.places[at[0]]) ?? null)
  }
  const leave = (): void => {
    props.onUnder(null)
    props.state.setHovered(null)
  }
  return (
    <canvas
      ref={(element) => (canvas = element)}
      class="pair-triangle"
      role="img"
      aria-label={`Interactions of ${props.pairs.places.length} tokens, each with every earlier one. The list below names the strongest.`}
      onPointerMove={onMove}
      onPointerLeave={leave}
    />
  )
}
