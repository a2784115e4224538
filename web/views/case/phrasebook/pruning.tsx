/** Pruning by kind of attention: how far BLEU holds without the least important heads, and what one sentence becomes. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, createUniqueId, Show } from 'solid-js'
import type { PruningReport } from '#server/wire/head-studies.ts'
import { pruningReport } from '#server/wire/head-studies.ts'
import { count, counted, plain, share } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { Segment } from '#web/widgets/controls.tsx'
import { LinkButton } from '#web/widgets/messages.tsx'
import type { Answer } from '../answer.ts'
import { createAnswer } from '../answer.ts'
import { BandLines } from '../charts/band-lines.tsx'
import { ChartKey } from '../charts/plot.tsx'
import { withInterval } from '../estimates.ts'
import { AnswerLine, Figure } from '../figure.tsx'
import { LookFor } from '../prose.tsx'
import type { PrunedKind } from './heads.ts'
import { labelOf, pruningLines } from './heads.ts'

export const createPruning = (label: string | null = null): Answer<PruningReport> =>
  createAnswer({ kind: 'pruning', rows: 60, rankedOn: 24, steps: 6 }, pruningReport, { label })

const digits = (value: number): string => plain(value, 1)

const kindChoices: readonly { readonly value: PrunedKind['kind']; readonly label: string }[] = [
  { value: 'encoder', label: 'Encoder' },
  { value: 'decoder', label: 'Decoder' },
  { value: 'cross', label: 'Cross' },
]

const key = [
  { label: 'least important', mark: 'second-line' },
  { label: 'random', mark: 'random-line' },
]

export function Pruning(): JSX.Element {
  const pruning = createPruning()
  const [kind, setKind] = createSignal<PrunedKind['kind']>('cross')
  const [moved, setMoved] = createSignal<number | null>(null)
  const own = createMemo(() => pruning.found()?.report.kinds.find((each) => each.kind === kind()) ?? null)
  const lines = createMemo(() => (own() === null ? [] : pruningLines(own()!)))
  /** Which of the measured numbers of heads; half of them to begin with. */
  const step = (): number => {
    const last = (own()?.least.points.length ?? 1) - 1
    return Math.min(moved() ?? Math.round(last / 2), last)
  }
  return (
    <>
      <p>
        The model translates again without the k least important heads of one kind, and without k random heads of that
        kind. BLEU compares what it writes with the reference.
      </p>
      <Figure
        title="BLEU without k heads"
        definition="BLEU of all sentences together, 0 to 100. Bands: 95 % bootstrap interval over sentences; three random orders count together."
        answers={[pruning]}
        things="sentences"
        table={
          pruning.found() === null
            ? null
            : {
                head: ['Heads', 'Heads off', 'BLEU'],
                rows: lines().flatMap(({ label, points }) =>
                  points.map(({ x, estimate }) => [label, count(x), withInterval(estimate, digits)]),
                ),
              }
        }
      >
        <div class="line">
          <Segment label="Kind of attention" value={kind()} choices={kindChoices} onChange={setKind} />
        </div>
        <ChartKey entries={key} />
        <BandLines
          lines={lines()}
          at={own()?.least.points[step()]?.removed ?? 0}
          label={`BLEU against the number of ${kind()} heads switched off`}
          xTitle={`${kind()} heads switched off`}
          yTitle="BLEU"
          yDomain={[0, 100]}
        />
        <Show when={own()}>{(present) => <PruneCount of={present()} step={step()} onStep={setMoved} />}</Show>
      </Figure>
      <LookFor>
        how many heads of each kind can go before BLEU leaves the band it began in, and whether the ranked ones last
        longer than the random ones. Where they do not, the ranking found nothing.
      </LookFor>
    </>
  )
}

/** Chooses k among the numbers of heads that were measured, and tells BLEU without the k least important and without k random heads. */
function PruneCount(props: {
  readonly of: PrunedKind
  readonly step: number
  readonly onStep: (step: number) => void
}): JSX.Element {
  const id = createUniqueId()
  const removed = (): number => props.of.least.points[props.step]?.removed ?? 0
  const score = (points: PrunedKind['least']['points'] | undefined): string => {
    const found = points?.[props.step]
    return found === undefined ? '–' : withInterval(found.score, digits)
  }
  return (
    <>
      <label class="case-slider" for={id}>
        <span>Without k =</span>
        <input
          id={id}
          type="range"
          min="0"
          max={props.of.least.points.length - 1}
          value={props.step}
          aria-valuetext={`${share(removed(), props.of.heads)} ${props.of.kind} heads`}
          onInput={(event) => props.onStep(event.currentTarget.valueAsNumber)}
        />
        <output for={id}>{share(removed(), props.of.heads)}</output>
      </label>
      <dl class="case-facts">
        <div title="BLEU without the k least important heads of this kind, with its 95 % interval.">
          <dt>BLEU, least important</dt>
          <dd>{score(props.of.least.points)}</dd>
        </div>
        <div title="BLEU without k random heads of this kind, three orders together, with its 95 % interval.">
          <dt>BLEU, random</dt>
          <dd>{score(props.of.random?.points)}</dd>
        </div>
      </dl>
      <p class="line">
        <MarkHeads kind={props.of.kind} heads={props.of.least.order.slice(0, removed())} of={props.of.heads} />
      </p>
    </>
  )
}

/** Marks heads in the Attention View, which shows there what the open sentence becomes without them. */
function MarkHeads(props: {
  readonly kind: string
  readonly heads: readonly string[]
  /** How many heads of the kind there are. */
  readonly of: number
}): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const mark = (): void => {
    const instance = room.selection.view().instance ?? room.list.rows().get(0)?.id ?? null
    app.preferences.set({ heads: { ...app.preferences.values().heads, panel: 'without' } })
    room.selection.select({ instance, pruned: props.heads })
  }
  return (
    <button
      type="button"
      class="button small"
      disabled={props.heads.length === 0}
      onClick={() => mark()}
      title={props.heads.map((head) => labelOf(head, app.preferences.values().countFrom)).join(', ')}
    >
      {`Mark ${share(props.heads.length, props.of)} ${props.kind} heads`}
    </button>
  )
}

export function Try(): JSX.Element {
  const room = useRoom()
  const pruning = createPruning()
  const marked = (): number => room.selection.view().pruned.length
  return (
    <>
      <p>
        Mark the least important half of one kind: the Attention View shows what the model writes from the open sentence
        without these heads, beside what it wrote before.
      </p>
      <AnswerLine answer={pruning} />
      <For each={pruning.found()?.report.kinds ?? []}>
        {({ kind, heads, least: { order } }) => (
          <p class="line">
            <MarkHeads kind={kind} heads={order.slice(0, Math.floor(heads / 2))} of={heads} />
          </p>
        )}
      </For>
      <Show when={marked() > 0}>
        <p class="line">
          <span class="dim">{`${counted(marked(), 'head is marked', 'heads are marked')}.`}</span>
          <LinkButton onClick={() => room.selection.setPruned([])}>Mark none</LinkButton>
        </p>
      </Show>
      <LookFor>
        sentences whose words move: a question, a negation, a verb at the end. Do they break before the short ones?
      </LookFor>
    </>
  )
}
