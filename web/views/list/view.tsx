/** The list of instances: searched and sorted on the server, drawn a screen at a time, walked with the arrow keys. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import type { Person } from '#collab/wire/presence.ts'
import type { InstanceRow } from '#server/wire/instances.ts'
import { count } from '#web/marks/numbers.ts'
import { createEffect, For, on, onMount } from '#web/solid.ts'
import type { Order } from '#web/state/instance-list.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { CorpusSwitch } from '#web/views/workspace/corpus-switch.tsx'
import { useDesk } from '#web/views/workspace/desk.ts'
import { useExport } from '#web/views/workspace/export-menu.tsx'
import { PaneHead } from '#web/views/workspace/pane.tsx'
import { classNames } from '#web/widgets/class-names.ts'
import { SearchIcon, SortIcon } from '#web/widgets/icons.tsx'
import { Segment } from '#web/widgets/controls.tsx'
import { Banner, LinkButton } from '#web/widgets/messages.tsx'
import { namesOf } from '#web/widgets/person.ts'
import { Watchers } from '#web/widgets/watchers.tsx'
import type { Column } from './columns.ts'
import { columnsOf } from './columns.ts'
import { listExport } from './export.ts'
import { nextRow } from './row-moves.ts'
import type { RowPeople } from './row-people.ts'
import { createRowPeople } from './row-people.ts'
import { createRowWindow, rowHeight } from './row-window.ts'

export function ListPane(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  useExport('list', listExport(app.api, room))
  const columns = createMemo(() => columnsOf(room.fields.list()))
  const noun = (): string => room.info().corpus.name
  return (
    <section class="pane list" aria-labelledby="h-list" data-pane="list">
      <PaneHead id="h-list" title="Instances" name="list">
        <span class="note">{noun()}</span>
        <label class="search">
          <SearchIcon />
          <span class="sr-only">Search the text of sources and outputs</span>
          <input
            id="list-search"
            type="search"
            placeholder="Search text and outputs"
            value={room.list.search()}
            onInput={(event) => room.list.setSearch(event.currentTarget.value)}
          />
          <kbd>/</kbd>
        </label>
        <Segment
          label="Which texts"
          value={room.list.own() ? 'own' : 'corpus'}
          choices={[
            { value: 'corpus', label: 'Corpus', title: 'The rows of the corpus' },
            { value: 'own', label: 'Own texts', title: 'Texts that people here tried, forced or continued' },
          ]}
          onChange={(which) => room.list.setOwn(which === 'own')}
        />
        <span class="grow" />
        <CorpusSwitch />
      </PaneHead>
      <Show when={room.list.error()}>
        {(error) => (
          <Banner kind="error">
            <b>The list could not be read.</b> {error()}
            <LinkButton onClick={() => room.list.refresh()}>Try again</LinkButton>
          </Banner>
        )}
      </Show>
      <Grid columns={columns()} />
    </section>
  )
}

function Grid(props: { readonly columns: readonly Column[] }): JSX.Element {
  const room = useRoom()
  const total = (): number => room.list.total() ?? 0
  const others = createRowPeople()
  const [active, setActive] = createSignal(0)
  const rows = createRowWindow({ total, need: (first, last) => room.list.need(first, last) })
  let grid!: HTMLDivElement
  // Not in `ref`: until it is in the page, an element belongs to a document without a window.
  onMount(() => rows.attach(grid))
  const template = (): string => props.columns.map((column) => columnWidths[column.kind]).join(' ')
  createEffect(
    on([room.list.search, room.list.order, room.filters.list], () => {
      setActive(0)
      rows.reveal(0)
    }),
  )
  const open = (index: number): void => {
    const row = room.list.rows().get(index)
    if (row) room.selection.openInstance(row.id)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      return open(active())
    }
    const next = nextRow(event.key, active(), total(), rows.perScreen())
    if (next === null) return
    event.preventDefault()
    setActive(next)
    rows.reveal(next)
  }
  return (
    <>
      <div
        class="grid"
        role="grid"
        aria-label="Instances"
        aria-rowcount={total() + 1}
        aria-colcount={props.columns.length}
        aria-activedescendant={rows.indices().includes(active()) ? `row-${active()}` : undefined}
        tabIndex={0}
        ref={(element) => (grid = element)}
        onKeyDown={onKeyDown}
        style={{ '--columns': template(), '--rows': `${total() * rowHeight}px` }}
      >
        <Head columns={props.columns} order={room.list.order()} onOrder={(order) => room.list.setOrder(order)} />
        <div class="grid-body" role="rowgroup">
          <For each={rows.indices()}>
            {(index) => (
              <Row
                index={index}
                columns={props.columns}
                others={others}
                active={active() === index}
                onOpen={() => {
                  setActive(index)
                  open(index)
                }}
              />
            )}
          </For>
        </div>
      </div>
      <Show when={room.list.total() === 0}>
        <NothingFound />
      </Show>
    </>
  )
}

const columnWidths: Readonly<Record<Column['kind'], string>> = {
  id: 'minmax(132px, 0.5fr)',
  text: 'minmax(120px, 2fr)',
  attribute: 'minmax(62px, 0.4fr)',
  number: 'minmax(52px, 0.3fr)',
  measure: 'minmax(86px, 0.3fr)',
}

function Head(props: {
  readonly columns: readonly Column[]
  readonly order: Order
  readonly onOrder: (order: Order) => void
}): JSX.Element {
  const direction = (column: Column): 'ascending' | 'descending' | 'none' => {
    if (column.sort === null || column.sort !== props.order.sort) return 'none'
    return props.order.descending ? 'descending' : 'ascending'
  }
  /** Up, down, and back to the corpus' own order. */
  const turn = (column: Column): void => {
    const now = direction(column)
    const numeric = column.kind === 'number' || column.kind === 'measure'
    if (now === 'none') props.onOrder({ sort: column.sort, descending: numeric })
    else if ((now === 'descending') === numeric) props.onOrder({ sort: column.sort, descending: now === 'ascending' })
    else props.onOrder({ sort: null, descending: false })
  }
  return (
    <div class="grid-head" role="row" aria-rowindex={1}>
      <For each={props.columns}>
        {(column) => (
          // oxlint-disable-next-line jsx-a11y/control-has-associated-label -- its text is its label
          <div
            class={classNames('cell', column.kind)}
            role="columnheader"
            aria-sort={column.sort === null ? undefined : direction(column)}
          >
            <Show when={column.sort} fallback={column.label}>
              <button
                type="button"
                tabIndex={-1}
                title={[column.title, `Sort by ${column.label}`].filter((text) => text !== undefined).join(' ')}
                onClick={() => turn(column)}
              >
                {column.label}
                <Show when={column.unit}>
                  <span class="dim"> {column.unit}</span>
                </Show>
                <Show when={direction(column) !== 'none'}>
                  <SortIcon descending={direction(column) === 'descending'} />
                </Show>
              </button>
            </Show>
          </div>
        )}
      </For>
    </div>
  )
}

function Row(props: {
  readonly index: number
  readonly columns: readonly Column[]
  readonly others: RowPeople
  readonly active: boolean
  readonly onOpen: () => void
}): JSX.Element {
  const room = useRoom()
  const row = (): InstanceRow | undefined => (room.fields.known() ? room.list.rows().get(props.index) : undefined)
  const current = (): boolean => row() !== undefined && row()?.id === room.selection.view().instance
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid around the rows takes the keys
    <div
      id={`row-${props.index}`}
      class={classNames('row', props.active && 'active', current() && 'current')}
      role="row"
      aria-rowindex={props.index + 2}
      aria-selected={current()}
      style={{ transform: `translateY(${props.index * rowHeight}px)` }}
      onClick={() => props.onOpen()}
    >
      <For each={props.columns}>
        {(column) => (
          <div class={classNames('cell', column.kind)} role="gridcell">
            <Show when={row()} fallback={<span class="bone" />}>
              {(present) => (
                <>
                  <span class={column.kind === 'id' ? 'mono' : undefined}>{column.read(present())}</span>
                  <Show when={column.kind === 'id'}>
                    <RowWatchers row={present()} others={props.others} />
                  </Show>
                </>
              )}
            </Show>
          </div>
        )}
      </For>
    </div>
  )
}

function RowWatchers(props: { readonly row: InstanceRow; readonly others: RowPeople }): JSX.Element {
  const open = createMemo(() => props.others.open(props.row.id))
  const chose = createMemo(() => props.others.chose(props.row))
  const all = (): readonly Person[] => [
    ...open(),
    ...chose().filter(({ id }) => !open().some((each) => each.id === id)),
  ]
  const part = (people: readonly Person[], what: string): readonly string[] =>
    people.length === 0 ? [] : [`${namesOf(people)} ${what}`]
  return <Watchers people={all()} text={[...part(open(), 'here'), ...part(chose(), 'selected it')].join('; ')} />
}

function NothingFound(): JSX.Element {
  const room = useRoom()
  const all = (): number => room.list.all() ?? 0
  return (
    <div class="grid-empty" role="status">
      <Show when={all() > 0} fallback={<NoRows />}>
        None of {count(all())} instances fits.{' '}
        <Show when={room.list.search() !== ''}>
          <LinkButton onClick={() => room.list.setSearch('')}>Clear the search</LinkButton>
        </Show>
      </Show>
    </div>
  )
}

function NoRows(): JSX.Element {
  const room = useRoom()
  const desk = useDesk()
  return (
    <Show when={room.list.own()} fallback="This corpus has no rows.">
      Nobody has tried a text of their own yet.{' '}
      <Show when={room.can('run.start')}>
        <LinkButton onClick={() => desk.setPanel('own-text')}>Try one</LinkButton>
      </Show>
    </Show>
  )
}
