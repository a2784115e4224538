/** The list of instances: a window over rows that live on the server, filled page by page as it scrolls. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { Filter } from '#collab/wire/document.ts'
import type { InstanceRow } from '#server/wire/instances.ts'
import type { Api } from '#web/api/request.ts'
import { readInstances } from '#web/api/instances.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { makeThrottle } from '#web/collab/throttle.ts'
import { messageOf } from '#web/errors.ts'

export interface Order {
  readonly sort: string | null
  readonly descending: boolean
}

export interface InstanceList {
  readonly rows: Accessor<ReadonlyMap<number, InstanceRow>>
  /** How many match; null before the first answer. */
  readonly total: Accessor<number | null>
  readonly all: Accessor<number | null>
  readonly error: Accessor<string | null>
  readonly search: Accessor<string>
  readonly order: Accessor<Order>
  /** Whether it lists texts of people's own in place of the corpus. */
  readonly own: Accessor<boolean>
  setOwn(own: boolean): void
  setSearch(search: string): void
  setOrder(order: Order): void
  setFilters(filters: readonly Filter[]): void
  /** Says which rows are on screen, by index in the list. */
  need(first: number, last: number): void
  /** Fetches anew what is on screen, at most every second and a half. */
  refresh(): void
  /** The row next to an instance, in the order of the list: `step` is 1 or −1. Null at the ends. */
  neighbour(id: string, step: number): Promise<InstanceRow | null>
  close(): void
}

const pageSize = 100
const pageOf = (index: number): number => Math.floor(index / pageSize)

export function createInstanceList(api: Api, workspace: string, clock: Clock): InstanceList {
  const [rows, setRows] = createSignal<ReadonlyMap<number, InstanceRow>>(new Map())
  const [total, setTotal] = createSignal<number | null>(null)
  const [all, setAll] = createSignal<number | null>(null)
  const [error, setError] = createSignal<string | null>(null)
  const [search, setSearch] = createSignal('')
  const [order, setOrder] = createSignal<Order>({ sort: null, descending: false })
  const [own, setOwn] = createSignal(false)
  let filters: readonly Filter[] = []
  let loading = new AbortController()
  const asked = new Set<number>()
  /** Which of the requests for a page brought the rows that are there: an older answer never replaces a newer one. */
  const arrived = new Map<number, number>()
  let requests = 0
  let window: readonly [number, number] = [0, 0]

  const load = async (page: number, { signal }: AbortController): Promise<void> => {
    const request = ++requests
    const { sort, descending } = untrack(order)
    const query = {
      search: untrack(search),
      own: untrack(own),
      filters,
      sort,
      descending,
      offset: page * pageSize,
      limit: pageSize,
    }
    try {
      const reply = await readInstances(api, workspace, query, signal)
      if (signal.aborted || request < (arrived.get(page) ?? 0)) return
      arrived.set(page, request)
      setRows((before) => withPage(before, page, reply.rows, reply.total))
      setTotal(reply.total)
      setAll(reply.all)
      setError(null)
    } catch (cause) {
      if (signal.aborted) return
      asked.delete(page)
      setError(messageOf(cause))
    }
  }
  const need = (first: number, last: number): void => {
    for (let page = pageOf(Math.max(0, first)); page <= pageOf(Math.max(0, last)); page++) {
      if (asked.has(page)) continue
      asked.add(page)
      void load(page, loading)
    }
  }
  /** Asks again for what is on screen; `keep` leaves the old rows there until the new ones are here. */
  const restart = (keep: boolean): void => {
    asked.clear()
    if (!keep) {
      loading.abort()
      loading = new AbortController()
      setRows(new Map())
      need(0, 0)
    }
    need(...window)
  }
  const typed = makeThrottle<null>(clock, 200, () => restart(false))
  const refreshed = makeThrottle<null>(clock, 1_500, () => restart(true))
  return {
    rows,
    total,
    all,
    error,
    search,
    order,
    own,
    setOwn(next) {
      setOwn(next)
      restart(false)
    },
    need(first, last) {
      window = [first, last]
      need(first, last)
    },
    setSearch(text) {
      setSearch(text)
      typed.push(null)
    },
    setOrder(next) {
      setOrder(next)
      restart(false)
    },
    setFilters(next) {
      if (JSON.stringify(next) === JSON.stringify(filters)) return
      filters = next
      restart(false)
    },
    refresh: () => refreshed.push(null),
    async neighbour(id, step) {
      // A key pressed before the first rows are here counts too.
      if (untrack(total) === null) {
        asked.add(0)
        await load(0, loading)
      }
      const index = [...untrack(rows)].find(([, row]) => row.id === id)?.[0]
      const target = index === undefined ? 0 : index + step
      if (target < 0 || target >= (untrack(total) ?? 0)) return null
      if (!untrack(rows).has(target)) {
        asked.add(pageOf(target))
        await load(pageOf(target), loading)
      }
      return untrack(rows).get(target) ?? null
    },
    close() {
      loading.abort()
      typed.close()
      refreshed.close()
    },
  }
}

/** The rows with one page replaced; rows beyond the end are dropped. */
export function withPage(
  before: ReadonlyMap<number, InstanceRow>,
  page: number,
  fresh: readonly InstanceRow[],
  total: number,
): ReadonlyMap<number, InstanceRow> {
  const next = new Map(before)
  fresh.forEach((row, position) => next.set(page * pageSize + position, row))
  for (const index of next.keys()) {
    if (index >= total || (pageOf(index) === page && index >= page * pageSize + fresh.length)) next.delete(index)
  }
  return next
}
