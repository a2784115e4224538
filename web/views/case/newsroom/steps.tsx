/** The steps of the newsroom: names that summaries have and articles lack. */
import type { Component, JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import type { EntitySupportReport, ListedName } from '#server/wire/case-studies.ts'
import { entitySupportReport } from '#server/wire/case-studies.ts'
import { count, counted, percent, plain } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useRoom } from '#web/state/room.ts'
import type { Answer } from '../answer.ts'
import { createAnswer } from '../answer.ts'
import { ChartKey } from '../charts/plot.tsx'
import { StackedRows } from '../charts/rows.tsx'
import { ThresholdChart } from '../charts/threshold-chart.tsx'
import { bestThreshold, pointAt } from '../charts/threshold.ts'
import { TwoHistograms } from '../charts/two-histograms.tsx'
import { withInterval } from '../estimates.ts'
import type { FigureTable } from '../figure.tsx'
import { AnswerLine, Figure } from '../figure.tsx'
import { InstanceLink, useIds } from '../instance-link.tsx'
import { LookFor } from '../prose.tsx'
import { countTypes, entropiesOf } from './support.ts'

const createSupport = () => createAnswer({ kind: 'entity-support' }, entitySupportReport)

const key = [
  { label: 'the article has it', mark: 'supported' },
  { label: 'invented', mark: 'invented' },
]

const entropyMeans = 'Entropy at the first token of a name, in nats: 0 where the model saw one way to go on only.'

function Names(): JSX.Element {
  const support = createSupport()
  const counts = createMemo(() => {
    const found = support.found()
    return found === null ? [] : countTypes(found)
  })
  const most = (): number => Math.max(...counts().map(({ supported, invented }) => supported + invented))
  return (
    <>
      <p>
        The model writes one sentence about an article. Most names in it stand in the article; some do not, and nothing
        in the sentence says which.
      </p>
      <Figure
        title="Names in the summaries, by type"
        definition="A name is supported where the article has it in any spelling, and invented otherwise. To the right: invented of all."
        answers={[support]}
        things="summaries"
        table={tableOf(support, () => ({
          head: ['Type', 'Supported', 'Invented'],
          rows: counts().map(({ type, supported, invented }) => [type, count(supported), count(invented)]),
        }))}
      >
        <ChartKey entries={key} />
        <StackedRows
          label="Supported and invented names of each type"
          whole={most()}
          rows={counts().map(({ type, supported, invented }) => ({
            label: type,
            text: `${count(invented)} of ${count(supported + invented)}`,
            parts: [
              { mark: 'invented', size: invented, title: counted(invented, 'invented name') },
              { mark: 'supported', size: supported, title: counted(supported, 'supported name') },
            ],
          }))}
        />
      </Figure>
      <LookFor>
        the types with the longest coloured part. Open a summary below and find the name in its article.
      </LookFor>
      <NameList support={support} of="doubtful" />
    </>
  )
}

/** A table as soon as its study is there. */
const tableOf = (answer: Answer<EntitySupportReport>, table: () => FigureTable): FigureTable | null =>
  answer.found() === null ? null : table()

/** Invented names as links into the views. */
function NameList(props: {
  readonly support: Answer<EntitySupportReport>
  readonly of: 'doubtful' | 'sure'
}): JSX.Element {
  const idOf = useIds()
  const names = (): readonly ListedName[] => props.support.found()?.report[props.of].slice(0, 8) ?? []
  return (
    <Show when={names().length > 0}>
      <table class="case-list">
        <caption>{props.of === 'doubtful' ? 'Invented, most doubtful first' : 'Invented, surest first'}</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col" class="n" title={entropyMeans}>
              Entropy, nats
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={names()}>
            {(name) => (
              <tr>
                <td>
                  <InstanceLink instance={idOf(name.row)} token={name.token} title="Open the summary at this name">
                    {name.text}
                  </InstanceLink>
                </td>
                <td>{name.type}</td>
                <td class="n">{plain(name.entropy, 3)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </Show>
  )
}

function Entropy(): JSX.Element {
  const support = createSupport()
  const report = (): EntitySupportReport | null => support.found()?.report ?? null
  const sample = (isSupported: boolean) => {
    const found = support.found()
    const spread = isSupported ? found?.report.supported : found?.report.unsupported
    return {
      label: isSupported ? 'supported' : 'invented',
      mark: isSupported ? 'supported' : 'invented',
      values: found === null ? [] : entropiesOf(found, isSupported),
      median: spread?.quartiles[1] ?? null,
    }
  }
  const rows = (): readonly (readonly string[])[] =>
    (['supported', 'unsupported'] as const).map((kind) => {
      const spread = report()?.[kind] ?? null
      const numbers = spread === null ? [] : [spread.mean, ...spread.quartiles]
      return [
        kind === 'supported' ? 'supported' : 'invented',
        count(spread?.count ?? 0),
        ...numbers.map((n) => plain(n)),
      ]
    })
  return (
    <>
      <p>
        Where the model writes a name it cannot know, it may hesitate: many names are about as likely. Entropy measures
        that at the name’s first token.
      </p>
      <Figure
        title="Entropy where names begin"
        definition={`${entropyMeans} Bars are shares of the names of each sort.`}
        answers={[support]}
        things="summaries"
        table={tableOf(support, () => ({
          head: ['Names', 'Count', 'Mean', '1st quartile', 'Median', '3rd quartile'],
          rows: rows(),
        }))}
      >
        <TwoHistograms samples={[sample(true), sample(false)]} xTitle="entropy, nats" unit="nats" />
      </Figure>
      <Show when={report()}>
        {(found) => (
          <p title="Area under the receiver operating characteristic, with a 95 % bootstrap interval over summaries.">
            An invented name has the higher entropy in{' '}
            <b>{withInterval(found().ranking.entropy.auroc, (value) => percent(value))}</b> of pairs with a supported
            one (AUROC; 50 % is chance).
          </p>
        )}
      </Show>
      <LookFor>
        how far the two medians lie apart, and how much of the lower sample lies where the upper one does: those names
        no threshold can tell apart.
      </LookFor>
    </>
  )
}

function Source(): JSX.Element {
  const support = createSupport()
  return (
    <>
      <p>
        Open an invented name and read the Instance View: the fill of a word in the article is what it contributed to
        this token, the foot is how much the heads look at it.
      </p>
      <LookFor>
        words that contribute although they are no name: the model may fill a slot that its training made usual. A name
        that draws on the words written before it, and on little of the article, came from elsewhere.
      </LookFor>
      <AnswerLine answer={support} />
      <NameList support={support} of="doubtful" />
    </>
  )
}

function Filter(): JSX.Element {
  const support = createSupport()
  const curve = createMemo(() => support.found()?.report.names ?? null)
  const best = createMemo(() => {
    const known = curve()
    return known === null ? 0 : bestThreshold(known)
  })
  const [moved, setMoved] = createSignal<number | null>(null)
  const chosen = (): number => moved() ?? best()
  return (
    <>
      <p>
        A filter that flags every name with at least this entropy trades precision against recall. Drag the point, or
        move the slider; it begins where both together are best (F1).
      </p>
      <Figure
        title="What the filter finds"
        definition="Precision: of the flagged names, the share that is invented. Recall: of the invented names, the share that is flagged."
        answers={[support]}
        things="summaries"
        table={tableOf(support, () => ({
          head: ['From, nats', 'Flagged', 'Precision', 'Recall'],
          rows: everyFew(curve()?.thresholds.length ?? 0).map((i) => {
            const { threshold, flagged, precision, recall } = pointAt(curve()!, i)
            return [plain(threshold), count(flagged), percent(precision), percent(recall)]
          }),
        }))}
      >
        <Show when={curve()}>
          {(known) => (
            <ThresholdChart curve={known()} chosen={chosen()} onChoose={setMoved} unit="nats" things="names" />
          )}
        </Show>
      </Figure>
      <Show when={curve()}>{(known) => <ApplyFilter from={pointAt(known(), chosen()).threshold} />}</Show>
      <LookFor>
        where precision falls off: from there on the filter flags more supported names than invented ones.
      </LookFor>
    </>
  )
}

/** Some twenty places of a long list, first and last among them. */
const everyFew = (length: number): readonly number[] => {
  const steps = Math.min(20, length)
  return Array.from({ length: steps }, (_, i) => Math.round((i * (length - 1)) / Math.max(1, steps - 1)))
}

const entropyColumn = 'study.entity-support.nameEntropy'

/** The threshold as a filter of the workspace: on summaries, by their most doubtful name. */
function ApplyFilter(props: { readonly from: number }): JSX.Element {
  const room = useRoom()
  const present = () =>
    [...room.filters.list()].find(([, filter]) => filter.kind === 'range' && filter.field === entropyColumn)
  const apply = (): void => {
    // What is rounded down keeps the summary that the threshold was read from.
    const min = Math.floor(props.from * 1e4) / 1e4
    const filter = { kind: 'range', field: entropyColumn, min, max: null } as const
    const known = present()
    if (known === undefined) room.filters.add(filter)
    else room.filters.change(known[0], filter)
  }
  return (
    <p class="line">
      <button type="button" class="button small" disabled={!room.writable()} onClick={() => apply()}>
        Show flagged summaries only
      </button>
      <span class="dim">for everybody here; Undo takes it back</span>
    </p>
  )
}

function Missed(): JSX.Element {
  const support = createSupport()
  return (
    <>
      <p>
        Some invented names come without any doubt: the model is as sure of them as of a name that it copies. No
        threshold on entropy finds these.
      </p>
      <AnswerLine answer={support} />
      <NameList support={support} of="sure" />
      <LookFor>
        what these names have in common. Which words of the article contribute to them? Write down what you believe as a
        hypothesis, and look for one that speaks against it.
      </LookFor>
    </>
  )
}

export const newsroomSteps: Readonly<Record<string, Component>> = {
  names: Names,
  entropy: Entropy,
  source: Source,
  filter: Filter,
  missed: Missed,
}
