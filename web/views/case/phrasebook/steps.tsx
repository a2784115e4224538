/** The steps of the phrasebook: which heads the translator needs, what they do, and which could go. */
import type { Component, JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import { ablationCurveReport, headSummaryReport } from '#server/wire/head-studies.ts'
import { count, plain, signed } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { LinkButton } from '#web/widgets/messages.tsx'
import { createAnswer } from '../answer.ts'
import { BandLines } from '../charts/band-lines.tsx'
import { ChartKey } from '../charts/plot.tsx'
import { withInterval } from '../estimates.ts'
import { AnswerLine, Figure } from '../figure.tsx'
import { LookFor } from '../prose.tsx'
import { curveLines, labelOf, roleRows } from './heads.ts'
import { Pruning, Try } from './pruning.tsx'
import { Redundancy } from './redundancy.tsx'

const createCurve = () =>
  createAnswer({ kind: 'ablation-curve', rankings: ['attribution'], rows: 24, steps: 9 }, ablationCurveReport)

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

export const phrasebookSteps: Readonly<Record<string, Component>> = {
  importance: Importance,
  roles: Roles,
  pruning: Pruning,
  redundancy: Redundancy,
  try: Try,
}
