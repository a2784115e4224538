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
  /** Whether the columns of the list are known: before that it shows bones, so that no column moves under its text. */
  readonly known: Accessor<boolean>
  /** Fetches them anew, at most every five seconds: the numbers of outputs change while outputs are written. */
  refresh(): void
  close(): void
}

export function createFields(api: Api, workspace: string, clock: Clock): Fields {
  const [list, setList] = createSignal<readonly FieldReply[]>([])
  const [known, setKnown] = createSignal(false)
  const load = async (): Promise<void> => {
    try {
      setList((await readFields(api, workspace)).fields)
    } catch {
      // Without them the list still works; the filter panel says that there is nothing to filter by.
    }
    setKnown(true)
  }
  const fetchFields = makeThrottle<null>(clock, 5_000, () => {
    void load()
  })
  return { list, known, refresh: () => fetchFields.push(null), close: fetchFields.close }
}

const outputNames: Readonly<Record<string, string>> = {
  'output.tokens': 'tokens',
  'output.logProb': 'log-prob',
  'output.meanEntropy': 'mean entropy',
  'output.maxEntropy': 'max entropy',
  'source.tokens': 'source tokens',
}

/** How a field is called on screen: what a study has found has a title of its own. */
export function fieldTitle(name: string, fields: readonly FieldReply[]): string {
  const field = fields.find((each) => each.name === name)
  return field?.type === 'number' && field.study !== null ? lowered(field.study.title) : fieldLabel(name)
}

/** "Highest name entropy" within a line; an abbreviation keeps its letters. */
const lowered = (title: string): string =>
  /^[A-Z]{2}/.test(title) ? title : `${title.slice(0, 1).toLowerCase()}${title.slice(1)}`

/** How a column is called on screen. */
export const fieldLabel = (name: string): string =>
  (Object.hasOwn(outputNames, name) ? outputNames[name] : undefined) ?? name
