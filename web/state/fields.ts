/** The columns that instances can be filtered and sorted by. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type { FieldReply } from '#server/wire/instances.ts'
import type { Api } from '#web/api/request.ts'
import { readFields } from '#web/api/instances.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { makeThrottle } from '#web/collab/throttle.ts'

export interface Fields {
  readonly list: Accessor<readonly FieldReply[]>
  /** Fetches them anew, at most every five seconds: the numbers of outputs change while outputs are written. */
  refresh(): void
  close(): void
}

export function createFields(api: Api, workspace: string, clock: Clock): Fields {
  const [list, setList] = createSignal<readonly FieldReply[]>([])
  const fetchFields = makeThrottle<null>(clock, 5_000, () => {
    void readFields(api, workspace).then(
      ({ fields }) => setList(fields),
      // Without them the list still works; the filter panel says that there is nothing to filter by.
      () => undefined,
    )
  })
  return { list, refresh: () => fetchFields.push(null), close: fetchFields.close }
}

const outputNames: Readonly<Record<string, string>> = {
  'output.tokens': 'tokens',
  'output.logProb': 'log-prob',
  'output.meanEntropy': 'mean entropy',
  'output.maxEntropy': 'max entropy',
  'source.tokens': 'source tokens',
}

/** How a column is called on screen. */
export const fieldLabel = (name: string): string =>
  (Object.hasOwn(outputNames, name) ? outputNames[name] : undefined) ?? name
