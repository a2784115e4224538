/** Of several answers side by side, the one that is not here: why there is none, or how far it is. The others stay. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import { useBoard } from './board.ts'
import type { Asked } from './metric-values.ts'
import type { Metric } from './metrics.ts'
import { AnalysisLine } from './status.tsx'

export interface AskedColumn {
  readonly metric: Metric
  readonly values: Asked
}

/** What needs somebody stands before what only takes time. */
const order = ['failed', 'forbidden', 'cancelled', 'running', 'asking'] as const

export function ColumnsState(props: { readonly columns: readonly AskedColumn[] }): JSX.Element {
  const { room, instance } = useBoard()
  const waiting = createMemo(() => {
    for (const kind of order) {
      const found = props.columns.find(({ values }) => values.analysis()?.phase.kind === kind)
      if (found !== undefined) return found
    }
    return null
  })
  const put = (how: 'retry' | 'cancel'): void => {
    const [at, question] = [instance(), waiting()?.values.question() ?? null]
    if (at && question) room.analyses[how](at, question)
  }
  return (
    <Show when={waiting()?.values.analysis()}>
      {(analysis) => (
        <div class="head-status">
          <AnalysisLine
            analysis={analysis()}
            what={waiting()?.metric.label ?? ''}
            onRetry={() => put('retry')}
            onCancel={() => put('cancel')}
            done={null}
          />
        </div>
      )}
    </Show>
  )
}
