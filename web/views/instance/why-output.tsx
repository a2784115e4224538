/** Why an output token: how sure the model was, where that number comes from, and what else it considered. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { AttributionOptionsValue, TokenChoice } from '#collab/wire/document.ts'
import { percent, plain, probability, signed } from '#web/marks/numbers.ts'
import { pieceName } from '#web/marks/pieces.ts'
import { For } from '#web/solid.ts'
import { ContrastInput } from './contrast-input.tsx'
import { describeOptions, objectiveNoun, toleranceText, unitOf, withUnit } from './explanations.ts'
import { ContinueIcon } from '#web/widgets/icons.tsx'
import type { Sums } from './layout.ts'
import { spanOf, sumsOf } from './layout.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'
import type { Part } from './waterfall.ts'
import { makeWaterfall } from './waterfall.ts'

export interface WhyProps {
  readonly model: InstanceModel
  readonly onChoose: (choice: TokenChoice) => void
  readonly onOptions: (options: AttributionOptionsValue) => void
  /** Lets the model go on from another token at a step; null where this person may not. */
  readonly onContinue: ((step: number, token: number) => void) | null
  /** How the numbers are computed, where there is room to say so. */
  readonly explanation?: JSX.Element
}

/** The chosen output token or span. */
export function WhyOutput(props: WhyProps): JSX.Element {
  const span = createMemo(() => {
    const choice = props.model.choice()
    return choice ? spanOf(choice) : ([0, 0] as const)
  })
  const steps = createMemo(() => props.model.instance().output?.steps.slice(span()[0], span()[1] + 1) ?? [])
  const sum = (of: (step: { logProb: number; entropy: number }) => number): number =>
    steps().reduce((total, step) => total + of(step), 0)
  const place = (): string => {
    const [first, last] = span()
    const all = props.model.layout().output
    return first === last ? `step ${first + 1} of ${all}` : `steps ${first + 1} to ${last + 1} of ${all}`
  }
  return (
    <>
      <h3>
        <span class="question">
          Why {quoteOf(props.model.pieces(), { side: 'output', index: span()[0], last: span()[1] })}
          <RatherThan {...props} step={span()[0]} />
        </span>
        <span class="place">{place()}</span>
      </h3>
      <p>
        log-prob{' '}
        {plain(
          sum((step) => step.logProb),
          3,
        )}{' '}
        nats · entropy {plain(sum((step) => step.entropy))} nats
      </p>
      <Sources {...props} first={span()[0]} last={span()[1]} />
      <Show when={props.explanation}>{(explanation) => <p class="why-explanation">{explanation()}</p>}</Show>
      <Alternatives {...props} step={span()[0]} ofSeveral={span()[1] > span()[0]} />
    </>
  )
}

/** ", rather than “he”" with its undo. */
function RatherThan(props: WhyProps & { readonly step: number }): JSX.Element {
  const contrast = (): number | null => props.model.options().contrast
  const name = (): string => {
    const known = props.model.instance().output?.steps[props.step]?.alternatives.find(({ id }) => id === contrast())
    return known ? pieceName(known.token) : `token ${contrast()}`
  }
  return (
    <Show when={contrast() !== null} fallback="?">
      , rather than “{name()}”?
      <button
        type="button"
        class="chip-x"
        aria-label="No comparison"
        title="No comparison"
        onClick={() => props.onOptions({ ...props.model.options(), contrast: null })}
      >
        ×
      </button>
    </Show>
  )
}

/** The likeliest tokens at the step; each can be what the chosen one is compared with. */
function Alternatives(props: WhyProps & { readonly step: number; readonly ofSeveral: boolean }): JSX.Element {
  const step = createMemo(() => props.model.instance().output?.steps[props.step])
  return (
    <>
      <h4>
        {props.ofSeveral ? 'Alternatives at its first step' : 'Alternatives at this step'} <span>probability</span>
      </h4>
      <div class="bars alternatives">
        <For each={step()?.alternatives.slice(0, 5) ?? []}>
          {(alternative) => (
            <>
              <Show
                when={alternative.id !== step()?.id}
                fallback={<span class="t strong">{pieceName(alternative.token)}</span>}
              >
                <button
                  type="button"
                  class="t"
                  aria-pressed={props.model.options().contrast === alternative.id}
                  title={`Ask instead: why not “${pieceName(alternative.token)}”?`}
                  onClick={() => props.onOptions({ ...props.model.options(), contrast: alternative.id })}
                >
                  {pieceName(alternative.token)}
                </button>
              </Show>
              <span class="b">
                <i style={{ left: '0', width: `${100 * Math.exp(alternative.logProb)}%` }} />
              </span>
              <span class="n">{probability(Math.exp(alternative.logProb), 3)}</span>
              <Show when={alternative.id !== step()?.id && props.onContinue} fallback={<span />}>
                {(go) => (
                  <button
                    type="button"
                    class="go-on"
                    aria-label={`Continue from “${pieceName(alternative.token)}”`}
                    title={`Continue from “${pieceName(alternative.token)}”: the model writes what follows`}
                    onClick={() => go()(props.step, alternative.id)}
                  >
                    <ContinueIcon />
                  </button>
                )}
              </Show>
            </>
          )}
        </For>
      </div>
      <ContrastInput
        tokens={props.model.instance()}
        onChoose={(contrast) => props.onOptions({ ...props.model.options(), contrast })}
      />
    </>
  )
}

/** Source, earlier output and the measured change, and whether they agree. */
function Sources(props: WhyProps & { readonly first: number; readonly last: number }): JSX.Element {
  const noun = (): string => objectiveNoun[props.model.options().objective]
  const heading = (): string =>
    props.model.options().contrast === null ? `Where its ${noun()} comes from` : 'Where the difference comes from'
  const sums = createMemo(() => {
    const scores = props.model.scores()
    return scores && props.model.reaching() ? sumsOf(scores, props.first, props.last) : null
  })
  return (
    <>
      <h4>
        {heading()} <span>{unitOf(props.model.options().objective)}</span>
      </h4>
      <Show when={sums()} fallback={<NoSums model={props.model} first={props.first} />}>
        {(present) => (
          <>
            <WaterfallBars parts={partsOf(props.model, present())} />
            <Trust model={props.model} sums={present()} />
          </>
        )}
      </Show>
    </>
  )
}

/** The same rows without numbers: nothing moves when they come. */
function NoSums(props: { readonly model: InstanceModel; readonly first: number }): JSX.Element {
  const names = (): readonly string[] => [
    props.model.layout().kind === 'decoder-only' ? 'Prompt' : 'Source',
    ...(props.first > 0 ? ['Earlier output'] : []),
    'Measured change',
  ]
  const pending = (): boolean => ['asking', 'running'].includes(props.model.entry()?.phase.kind ?? 'idle')
  return (
    <>
      <div class="bars sum">
        <For each={names()}>
          {(name) => (
            <>
              <span class="t">{name}</span>
              <span class="b" />
              <span class="n">–</span>
            </>
          )}
        </For>
      </div>
      <p class="trust bad">
        <span>
          No gap yet
          <br />
          <span class="dim">
            {pending() ? 'being computed' : 'not computed'} · {describeOptions(props.model.options())}
          </span>
        </span>
      </p>
    </>
  )
}

function partsOf(model: InstanceModel, sums: Sums): readonly Part[] {
  const reaching = model.reaching()
  if (reaching === null) return []
  const total = (values: readonly (number | null)[]): number =>
    values.reduce<number>((all, value) => all + (value ?? 0), 0)
  const part = (name: string, value: number): Part => ({ name, value, kind: 'part' })
  const parts = [part(model.layout().kind === 'decoder-only' ? 'Prompt' : 'Source', total(reaching.source))]
  if (reaching.output.some((value) => value !== null)) parts.push(part('Earlier output', total(reaching.output)))
  if (reaching.inside !== 0) parts.push(part('Inside the span', reaching.inside))
  if (Math.abs(reaching.start) > 5e-4) parts.push(part('Start token', reaching.start))
  return [...parts, { name: 'Measured change', value: sums.change, kind: 'total' }]
}

function WaterfallBars(props: { readonly parts: readonly Part[] }): JSX.Element {
  const drawing = createMemo(() => makeWaterfall(props.parts))
  const colour = (part: Part): string =>
    part.kind === 'total' ? 'var(--entropy)' : part.value < 0 ? 'var(--away-6)' : 'var(--toward-6)'
  return (
    <div class="bars sum">
      <For each={drawing().bars}>
        {(bar) => (
          <>
            <span class="t">{bar.name}</span>
            <span class="b">
              <i class="zero" style={{ left: `${drawing().zero}%` }} />
              <i style={{ left: `${bar.left}%`, width: `${bar.width}%`, background: colour(bar) }} />
            </span>
            <span class="n">{signed(bar.value)}</span>
          </>
        )}
      </For>
    </div>
  )
}

/** The gap, in words and with a sign that does not need colour: a closed ring, or a dotted one. */
function Trust(props: { readonly model: InstanceModel; readonly sums: Sums }): JSX.Element {
  const promises = (): boolean => !Number.isNaN(props.sums.gap)
  /** The first part that arrives for integrated gradients is gradient × input, which has no gap. */
  const impression = (): boolean => !promises() && props.model.options().method === 'integrated-gradients'
  const running = (): boolean => props.model.entry()?.phase.kind === 'running'
  const verdict = (): string => {
    if (impression())
      return running() ? 'first impression by one gradient; the path is being computed' : 'one gradient only'
    if (!promises()) return 'no sum is promised by this method'
    if (props.sums.converged) return 'converged'
    const above = `above ${toleranceText(props.model.options())}`
    return running() ? `${above}, refining` : `${above}, not converged`
  }
  return (
    <p class={`trust${promises() && props.sums.converged ? '' : ' bad'}`}>
      <span>
        <Show when={promises()} fallback="No gap to show">
          Gap {withUnit(signed(props.sums.gap, 3), props.model.options().objective)}, {percent(props.sums.share)} of the
          change
        </Show>
        <br />
        <span class="dim">
          {verdict()} · {describeOptions(props.model.options())},{' '}
          {props.sums.nodes === 1 ? '1 node' : `${props.sums.nodes} nodes`}
        </span>
      </span>
    </p>
  )
}
