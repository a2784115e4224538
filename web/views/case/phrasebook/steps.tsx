/** The steps of the phrasebook: which heads the translator needs, what they do, and which could go. */
import type { Component, JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import type { PruningReport } from '#server/wire/head-studies.ts'
import {
  ablationCurveReport,
  headSummaryReport,
  pruningReport,
  reconstructionReport,
} from '#server/wire/head-studies.ts'
import { count, plain, signed } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { Segment } from '#web/widgets/controls.tsx'
import { LinkButton } from '#web/widgets/messages.tsx'
import { createAnswer } from '../answer.ts'
import { BandLines } from '../charts/band-lines.tsx'
import { HeadTables } from '../charts/head-table.tsx'
import { ChartKey } from '../charts/plot.tsx'
import { withInterval } from '../estimates.ts'
import { AnswerLine, Figure } from '../figure.tsx'
import { LookFor } from '../prose.tsx'
import { curveLines, labelOf, mapsOf, pruningLines, roleRows } from './heads.ts'

const createCurve = () =>
  createAnswer({ kind: 'ablation-curve', rankings: ['attribution'], rows: 24, steps: 9 }, ablationCurveReport)
const createPruning = () => createAnswer({ kind: 'pruning', rows: 60, rankedOn: 24, steps: 6 }, pruningReport)

const digits = (value: number): string => plain(value, 1)

function Importance(): JSX.Element {
  const curve = createCurve()
  const lines = createMemo(() => {
    const found = curve.found()
    return found === null ? [] : curveLines(found.report)
  })
  return (
    <>
      <p>
        Heads are ranked by what their attention contributes to the words the model writes, then switched off one share
        after the other: the most important first, the least important first, and in random order.
      </p>
      <Figure
        title="Log-prob of the translation without heads"
        definition="Change of the log-prob of the model’s own words, nats a token, against the number of heads switched off. Bands: 95 % bootstrap interval over sentences."
        answers={[curve]}
        things="sentences"
        table={
          curve.found() === null
            ? null
            : {
                head: ['Order', 'Heads off', 'Change, nats'],
                rows: lines().flatMap(({ label, points }) =>
                  points.map(({ x, estimate }) => [label, count(x), withInterval(estimate, signed)]),
                ),
              }
        }
      >
        <ChartKey
          entries={[
            { label: 'most important first', mark: 'first-line' },
            { label: 'least important first', mark: 'second-line' },
            { label: 'random', mark: 'random-line' },
          ]}
        />
        <BandLines
          lines={lines()}
          label="Change of log-prob against the number of heads switched off"
          xTitle="heads switched off"
          yTitle="change of log-prob, nats"
        />
      </Figure>
      <LookFor>
        the distance between the curves. A ranking is worth something where its two ends lie on either side of the
        random orders.
      </LookFor>
    </>
  )
}

function Roles(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const summary = createAnswer({ kind: 'head-summary', rows: 32 }, headSummaryReport)
  const rows = createMemo(() => {
    const found = summary.found()
    return found === null ? [] : roleRows(found)
  })
  const name = (head: string): string => labelOf(head, app.preferences.values().countFrom)
  return (
    <>
      <p>
        Some heads have a task that can be told from where they look. Each role has a score from 0 to 1 for every head;
        the table names the head that does most of it. Click one to see it in the views.
      </p>
      <AnswerLine answer={summary} />
      <Show when={rows().length > 0}>
        <table class="case-list">
          <caption>{`The head that does most of each role, over ${count(summary.found()!.report.shown)} sentences`}</caption>
          <thead>
            <tr>
              <th scope="col">Role</th>
              <th scope="col">Head</th>
              <th scope="col" class="n" title="From 0 to 1; the definition of each role is on its name.">
                Score
              </th>
              <th scope="col" class="n" title="Change of log-prob when this head alone is switched off, nats a token.">
                Effect, nats
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={rows()}>
              {(row) => (
                <tr>
                  <td title={row.definition}>{row.role}</td>
                  <td>
                    <LinkButton onClick={() => room.selection.select({ heads: [row.head] })}>
                      {name(row.head)}
                    </LinkButton>
                  </td>
                  <td class="n">{plain(row.score)}</td>
                  <td class="n">{signed(row.effect, 3)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
      <LookFor>
        roles with a high score and hardly any effect: a head can look at the right place and still not be needed,
        because others do the same.
      </LookFor>
    </>
  )
}

type Kind = PruningReport['kinds'][number]['kind']

const kindChoices: readonly { readonly value: Kind; readonly label: string }[] = [
  { value: 'encoder', label: 'Encoder' },
  { value: 'decoder', label: 'Decoder' },
  { value: 'cross', label: 'Cross' },
]

function Pruning(): JSX.Element {
  const pruning = createPruning()
  const [kind, setKind] = createSignal<Kind>('cross')
  const lines = createMemo(() => {
    const found = pruning.found()
    return found === null ? [] : pruningLines(found.report, kind())
  })
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
        <ChartKey
          entries={[
            { label: 'least important', mark: 'second-line' },
            { label: 'random', mark: 'random-line' },
          ]}
        />
        <BandLines
          lines={lines()}
          label={`BLEU against the number of ${kind()} heads switched off`}
          xTitle={`${kind()} heads switched off`}
          yTitle="BLEU"
          yDomain={[0, 100]}
        />
      </Figure>
      <LookFor>
        how many heads of each kind can go before BLEU leaves the band it began in, and whether the ranked ones last
        longer than the random ones. Where they do not, the ranking found nothing.
      </LookFor>
    </>
  )
}

function Redundancy(): JSX.Element {
  const app = useApp()
  const rebuilt = createAnswer({ kind: 'reconstruction' }, reconstructionReport)
  const maps = createMemo(() => {
    const found = rebuilt.found()
    return found === null ? [] : mapsOf(found, 'r2')
  })
  const name = (head: string): string => labelOf(head, app.preferences.values().countFrom)
  const named = () =>
    maps().flatMap(({ kind, heads, values }) =>
      Array.from(values, (value, i) => [name(`${kind}.${Math.floor(i / heads)}.${i % heads}`), plain(value)]),
    )
  return (
    <>
      <p>
        A head that can go may be one whose output the other heads of its layer hold already. Ridge regression predicts
        each head from the others; R² says how much of it they know, on sentences that were not fitted.
      </p>
      <Figure
        title="R² of each head from the others of its layer"
        definition="Share of a head’s variance that the others predict: 1 where they know all of it, 0 or less where they know nothing. Ridge regression, fitted on one half of the sentences, measured on the other."
        answers={[rebuilt]}
        things="sentences"
        table={rebuilt.found() === null ? null : { head: ['Head', 'R²'], rows: named() }}
      >
        <HeadTables
          maps={maps()}
          reach={1}
          format={(value) => plain(value)}
          label={(head, value) => `${name(head)}: R² ${value}`}
        />
      </Figure>
      <LookFor>
        whether the heads that could be pruned have a high R². Where a head is needed and yet predictable, or useless
        and yet its own, the two questions differ: the effect is measured, redundancy is not the same.
      </LookFor>
    </>
  )
}

function Try(): JSX.Element {
  const room = useRoom()
  const app = useApp()
  const pruning = createPruning()
  const least = createMemo(() => pruning.found()?.report.kinds ?? [])
  const prune = (heads: readonly string[]): void => {
    const instance = room.selection.view().instance ?? room.list.rows().get(0)?.id ?? null
    room.selection.select({ instance, pruned: heads })
  }
  return (
    <>
      <p>
        Mark the least important half of one kind in the Attention View, apply it, and read what the model writes
        without these heads beside what it wrote before.
      </p>
      <AnswerLine answer={pruning} />
      <For each={least()}>
        {({ kind, heads, least: { order } }) => (
          <p class="line wrap">
            <button
              type="button"
              class="button small"
              onClick={() => prune(order.slice(0, Math.floor(heads / 2)))}
              title={order
                .slice(0, Math.floor(heads / 2))
                .map((head) => labelOf(head, app.preferences.values().countFrom))
                .join(', ')}
            >
              {`Mark ${Math.floor(heads / 2)} of ${heads} ${kind} heads`}
            </button>
          </p>
        )}
      </For>
      <Show when={room.selection.view().pruned.length > 0}>
        <p class="line">
          <span class="dim">{`${room.selection.view().pruned.length} heads are marked.`}</span>
          <LinkButton onClick={() => room.selection.setPruned([])}>Mark none</LinkButton>
        </p>
      </Show>
      <LookFor>
        sentences whose words move: a question, a negation, a verb at the end. Do they break before the short ones?
      </LookFor>
    </>
  )
}

export const phrasebookSteps: Readonly<Record<string, Component>> = {
  importance: Importance,
  roles: Roles,
  pruning: Pruning,
  redundancy: Redundancy,
  try: Try,
}
