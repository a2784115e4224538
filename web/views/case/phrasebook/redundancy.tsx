/** Whether heads that could be pruned can be rebuilt from the others of their layer. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import { reconstructionReport } from '#server/wire/head-studies.ts'
import { count, plain } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { createAnswer } from '../answer.ts'
import { HeadTables } from '../charts/head-table.tsx'
import { ChartKey } from '../charts/plot.tsx'
import { Figure } from '../figure.tsx'
import { LookFor } from '../prose.tsx'
import { labelOf, leastHalf, mapsOf, meansByMark } from './heads.ts'
import { createPruning } from './pruning.tsx'

export function Redundancy(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const rebuilt = createAnswer({ kind: 'reconstruction' }, reconstructionReport, { label: 'R²' })
  const pruning = createPruning('Order of heads')
  const maps = createMemo(() => {
    const found = rebuilt.found()
    return found === null ? [] : mapsOf(found, 'r2')
  })
  /** The heads this person has marked, else the half of each kind that would be pruned first. */
  const pruned = createMemo((): { readonly heads: ReadonlySet<string>; readonly called: string } | null => {
    const marked = room.selection.view().pruned
    if (marked.length > 0) return { heads: new Set(marked), called: 'the heads you marked' }
    const found = pruning.found()
    return found === null ? null : { heads: leastHalf(found.report), called: 'the least important half of each kind' }
  })
  const isPruned = (head: string): boolean => pruned()?.heads.has(head) ?? false
  const name = (head: string): string => labelOf(head, app.preferences.values().countFrom)
  const rows = createMemo(() => {
    const cells = maps().flatMap(({ kind, heads, values }) =>
      Array.from(values, (value, i) => ({ head: `${kind}.${Math.floor(i / heads)}.${i % heads}`, value })),
    )
    return cells.map(({ head, value }) => [name(head), plain(value), isPruned(head) ? 'yes' : 'no'])
  })
  return (
    <>
      <p>
        A head that can go may be one whose output the other heads of its layer hold already. Ridge regression predicts
        each head from the others; R² says how much of it they know, on sentences that were not fitted.
      </p>
      <Figure
        title="R² of each head from the others"
        definition="Share of a head’s variance that the other heads of its layer predict: 1 where they know all of it, 0 or less where they know nothing. Ridge regression, fitted on one half of the sentences, measured on the other."
        answers={[rebuilt, pruning]}
        things="sentences"
        table={rebuilt.found() === null ? null : { head: ['Head', 'R²', 'Pruned first'], rows: rows() }}
      >
        <Show when={pruned()}>{(those) => <ChartKey entries={[{ label: those().called, mark: 'hatched' }]} />}</Show>
        <HeadTables
          maps={maps()}
          reach={1}
          format={(value) => plain(value)}
          label={(head, value) => `${name(head)}: R² ${value}${isPruned(head) ? ', pruned first' : ''}`}
          marked={isPruned}
        />
      </Figure>
      <Show when={maps().length > 0 && pruned()}>
        {(those) => (
          <table class="case-list">
            <caption>{`Mean R² of ${those().called}`}</caption>
            <thead>
              <tr>
                <th scope="col">Kind</th>
                <th scope="col" class="n" title="Mean R² of the hatched heads.">
                  Pruned first
                </th>
                <th scope="col" class="n" title="Mean R² of the other heads of the kind.">
                  Others
                </th>
              </tr>
            </thead>
            <tbody>
              <For each={meansByMark(maps(), those().heads)}>
                {(row) => (
                  <tr>
                    <th scope="row">{row.kind}</th>
                    <td class="n" title={`of ${count(row.marked.heads)} heads`}>
                      {plain(row.marked.mean)}
                    </td>
                    <td class="n" title={`of ${count(row.others.heads)} heads`}>
                      {plain(row.others.mean)}
                    </td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        )}
      </Show>
      <LookFor>
        whether the heads that could be pruned have the higher R². Where a head is needed and yet predictable, or
        useless and yet its own, the two questions differ: the effect is measured, redundancy is not the same.
      </LookFor>
    </>
  )
}
