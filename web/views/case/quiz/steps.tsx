/** The steps of the quiz: what answers draw on, under four conditions and on two checkpoints. */
import type { Component, JSX } from 'solid-js'
import { createMemo } from 'solid-js'
import { evaluationReport } from '#server/wire/case-studies.ts'
import { percent } from '#web/marks/numbers.ts'
import { createAnswer } from '../answer.ts'
import { ChartKey } from '../charts/plot.tsx'
import { AmountRows, StackedRows } from '../charts/rows.tsx'
import { withInterval } from '../estimates.ts'
import { Figure } from '../figure.tsx'
import { LookFor } from '../prose.tsx'
import { Conditions } from './conditions.tsx'
import { Direction } from './direction.tsx'
import { conditionRows, createDraws, versions } from './draws.ts'
import { accuracyOf, byCondition, conditionLabel, segmentOf, segments } from './segments.ts'

const createAccuracies = () =>
  versions.map(({ label, checkpoint }) =>
    createAnswer({ kind: 'evaluation', metrics: ['answer'], by: 'condition', checkpoint }, evaluationReport, {
      label,
      readsOutputs: checkpoint === null,
    }),
  )

function Accuracy(): JSX.Element {
  const answers = createAccuracies()
  const conditions = (): readonly string[] => {
    const known = answers.map((answer) => answer.found()?.report ?? null).find((report) => report !== null)
    return byCondition(known?.groups ?? []).map(({ name }) => name)
  }
  const estimates = (condition: string) =>
    answers.flatMap((answer, i) => {
      const found = answer.found()
      const { label, mark } = versions[i]!
      return found === null ? [] : [{ label, mark, estimate: accuracyOf(found.report, condition) }]
    })
  return (
    <>
      <p>
        The model is right where the first line it writes is the answer. The early checkpoint is the same training,
        stopped sooner.
      </p>
      <Figure
        title="Right answers by condition"
        definition="Share of prompts whose first written line is the reference answer. Lines: 95 % bootstrap interval over prompts."
        answers={answers}
        things="prompts"
        table={
          conditions().length === 0
            ? null
            : {
                head: ['Condition', 'Checkpoint', 'Right answers'],
                rows: conditions().flatMap((condition) =>
                  estimates(condition).map(({ label, estimate }) => [
                    conditionLabel(condition),
                    label,
                    withInterval(estimate, percent),
                  ]),
                ),
              }
        }
      >
        <ChartKey entries={versions.map(({ label, mark }) => ({ label: `${label} checkpoint`, mark }))} />
        <AmountRows
          label="Share of right answers by condition and checkpoint"
          domain={[0, 1]}
          rows={conditions().map((condition) => ({
            label: conditionLabel(condition),
            bars: estimates(condition).map(({ mark, estimate }) => ({
              mark,
              estimate,
              text: estimate.value === null ? '–' : percent(estimate.value),
            })),
          }))}
        />
      </Figure>
      <LookFor>
        what random labels cost beside gold ones, and what leaving the demonstrations out costs. If random labels cost
        little, the model takes the form of the task from them rather than its answers.
      </LookFor>
    </>
  )
}

const shareMeans =
  'The log-prob of the right answer is attributed to every token of the prompt (integrated gradients from the mean embedding); shares are of the absolute scores, summed over each segment.'

function Segments(): JSX.Element {
  const answers = createDraws()
  const rows = createMemo(() => conditionRows(answers.map((answer) => answer.found()?.report ?? null)))
  return (
    <>
      <p>
        A prompt has parts: the demonstrations’ questions, options and labels, then the question and its options. How
        much of the answer’s log-prob comes from each?
      </p>
      <Figure
        title="Shares of the answer’s attribution"
        definition={shareMeans}
        answers={answers}
        things="prompts"
        table={
          rows().length === 0
            ? null
            : {
                head: ['Condition', 'Checkpoint', ...segments.map(({ label }) => label)],
                rows: rows().map(({ condition, version }) => [
                  conditionLabel(condition.name),
                  version,
                  ...segments.map(({ name }) => withInterval(segmentOf(condition, name).share, percent)),
                ]),
              }
        }
      >
        <ChartKey entries={segments.map(({ label, mark }) => ({ label, mark }))} />
        <StackedRows
          label="Shares of the attribution by segment, condition and checkpoint"
          whole={1}
          rows={rows().map(({ condition, version }) => ({
            label: `${conditionLabel(condition.name)}, ${version}`,
            text: '',
            parts: segments.map(({ name, label, mark }) => {
              const { share, tokens } = segmentOf(condition, name)
              const beside = tokens === null ? '' : `, of ${percent(tokens)} of the tokens`
              return { mark, size: share.value ?? 0, title: `${label}: ${withInterval(share, percent)}${beside}` }
            }),
          }))}
        />
      </Figure>
      <LookFor>
        the labels of the demonstrations: a larger share on the final checkpoint than on the early one says that drawing
        on them was learned. Hover a part for how many of the tokens it has: a share beside that is what counts.
      </LookFor>
    </>
  )
}

export const quizSteps: Readonly<Record<string, Component>> = {
  conditions: Conditions,
  accuracy: Accuracy,
  segments: Segments,
  direction: Direction,
}
