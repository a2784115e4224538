/** All heads as a table: every metric a column, sorted by any of them, chosen by row. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { Head } from '#compute/types.ts'
import type { Person } from '#collab/wire/presence.ts'
import { plain, share, signed } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { copyText } from '#web/widgets/clipboard.ts'
import { SortIcon } from '#web/widgets/icons.tsx'
import { namesOf } from '#web/widgets/person.ts'
import { Watchers } from '#web/widgets/watchers.tsx'
import { useBoard } from './board.ts'
import { chooseHead, headKey } from './head-keys.ts'
import type { TableColumn, TableOrder, TableRow } from './head-table.ts'
import { rowsOf, tsvOf } from './head-table.ts'
import { ColumnsState } from './columns-state.tsx'
import { countOf, headOf, nameOf } from './heads.ts'
import { othersOn } from './marks.ts'
import type { Summary } from './metric-values.ts'
import { createMetricValues } from './metric-values.ts'
import type { Metric, MetricId } from './metrics.ts'
import { metricOf } from './metrics.ts'

const shown: readonly MetricId[] = ['attribution', 'gradient', 'effect', 'entropy', 'distance', 'confidence', 'sink']

/** More rows than this are not drawn; the order says which come first. */
const mostRows = 600

export function HeadList(props: { readonly summary: Summary }): JSX.Element {
  const board = useBoard()
  const order = (): TableOrder => {
    const { sorted, descending } = board.settings()
    return { by: sorted === 0 ? null : Math.min(sorted, shown.length) - 1, descending }
  }
  const columns = shown.map((id) => {
    const metric = metricOf(id)
    const values = createMetricValues(
      board,
      () => metric,
      () => props.summary.analysis(),
    )
    return { metric, values }
  })
  const table = (): readonly TableColumn[] => columns.map(({ metric, values }) => ({ metric, values: values.values() }))
  const rows = createMemo(() => rowsOf(board.maps(), table(), order()))
  const copy = (): void => {
    const isPruned = (head: Head): boolean => board.pruned().has(nameOf(head))
    const text = tsvOf(rows(), table(), (head) => board.titleOf(head), isPruned)
    const copied = `${rows().length} heads copied.`
    const tell = (done: boolean): void =>
      void board.app.toasts.show(done ? copied : 'The browser did not let the page copy.')
    void copyText(text).then(tell)
  }
  return (
    <div class="head-list">
      <div class="map-bar">
        <span class="note">
          {board.quote() === null ? 'Values mean over the output' : `Importance and effect for ${board.quote()}`}, nats
        </span>
        <span class="grow" />
        <button type="button" class="link" onClick={copy}>
          Copy as TSV
        </button>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and keys must be able to do that */}
      <div class="head-table" role="region" aria-label="Table of heads" tabindex="0">
        <table>
          <ListHead
            columns={columns.map(({ metric }) => metric)}
            order={order()}
            onOrder={({ by, descending }) => board.set({ sorted: by === null ? 0 : by + 1, descending })}
          />
          <Rows rows={rows().slice(0, mostRows)} columns={columns.map(({ metric }) => metric)} />
        </table>
      </div>
      <ColumnsState columns={columns} />
      <Show when={countOf(board.maps()) > mostRows}>
        <p class="pattern-note">{share(mostRows, countOf(board.maps()))} heads are drawn; sort to see others.</p>
      </Show>
    </div>
  )
}

function ListHead(props: {
  readonly columns: readonly Metric[]
  readonly order: TableOrder
  readonly onOrder: (order: TableOrder) => void
}): JSX.Element {
  const turn = (by: number | null): void => {
    const same = props.order.by === by
    props.onOrder({ by, descending: same ? !props.order.descending : true })
  }
  const direction = (at: number) =>
    props.order.by === at ? (props.order.descending ? 'descending' : 'ascending') : 'none'
  return (
    <thead>
      <tr>
        <th scope="col" aria-sort={props.order.by === null ? 'ascending' : 'none'}>
          <button type="button" onClick={() => turn(null)} title="In the order of the maps">
            Head
          </button>
        </th>
        <For each={props.columns}>
          {(metric, at) => (
            <th scope="col" aria-sort={direction(at())}>
              <button type="button" onClick={() => turn(at())} title={`${metric.text} ${metric.formula}`}>
                {shortLabels[metric.id] ?? metric.label}
                <Show when={props.order.by === at()}>
                  <SortIcon descending={props.order.descending} />
                </Show>
              </button>
            </th>
          )}
        </For>
      </tr>
    </thead>
  )
}

const shortLabels: Readonly<Partial<Record<MetricId, string>>> = {
  gradient: 'Gradient',
  effect: 'Effect',
  sink: 'First',
}

function Rows(props: { readonly rows: readonly TableRow[]; readonly columns: readonly Metric[] }): JSX.Element {
  const board = useBoard()
  const chosen = createMemo(() => new Set(board.heads().map(nameOf)))
  const others = createMemo(() => {
    const people = board.app.preferences.values().showOthers ? board.room.attendance.people() : []
    return othersOn(people, board.room.selections(), 'heads')
  })
  const headAt = (target: EventTarget | null): Head | null => {
    const row = target instanceof Element ? target.closest('[data-head]') : null
    return row && headOf(row.getAttribute('data-head') ?? '', board.maps())
  }
  const onKeyDown = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void => {
    const head = headAt(event.target)
    if (head === null) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return headKey(event, head, board, event.currentTarget)
    const at = props.rows.findIndex((row) => nameOf(row.head) === nameOf(head))
    const next = props.rows[at + step]
    event.preventDefault()
    if (next === undefined) return
    board.setActive(next.head)
    event.currentTarget.querySelector<HTMLElement>(`[data-head="${nameOf(next.head)}"] button`)?.focus()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the buttons inside take the focus; one listener serves them all
    <tbody
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const head = headAt(event.target)
        if (head) chooseHead(board, head, event.shiftKey)
      }}
    >
      <For each={props.rows}>
        {(row) => (
          <tr
            data-head={nameOf(row.head)}
            data-chosen={chosen().has(nameOf(row.head)) || undefined}
            data-pruned={board.pruned().has(nameOf(row.head)) || undefined}
          >
            <th scope="row">
              <button type="button" aria-pressed={chosen().has(nameOf(row.head))}>
                {board.titleOf(row.head)}
              </button>
              <HeadWatchers people={others().get(nameOf(row.head)) ?? []} />
            </th>
            <For each={props.columns}>{(metric, at) => <td>{text(row.values[at()] ?? Number.NaN, metric)}</td>}</For>
          </tr>
        )}
      </For>
    </tbody>
  )
}

const HeadWatchers = (props: { readonly people: readonly Person[] }): JSX.Element => (
  <Watchers people={props.people} text={`${namesOf(props.people)} chose it`} />
)

function text(value: number, metric: Metric): string {
  if (Number.isNaN(value)) return '–'
  return metric.signed ? signed(value, metric.digits) : plain(value, metric.digits)
}
