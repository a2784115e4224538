/** The line above the patterns: what is drawn, one sentence about the primary head, and leaving it out. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import { Menu } from '#web/widgets/menu.tsx'
import type { HeadSettings } from '#web/state/head-settings.ts'
import { useBoard } from './board.ts'
import { togglePruned } from './head-keys.ts'
import type { HeadPattern } from './head-patterns.ts'
import { indexOf, nameOf } from './heads.ts'
import { createMetricValues } from './metric-values.ts'
import { metricOf } from './metrics.ts'
import { spanOn } from './sides.ts'
import { verdictOf } from './verdict.ts'

const whats: Readonly<Record<HeadSettings['pattern'], string>> = {
  attention: 'Attention',
  attribution: 'Attribution',
  both: 'Both',
}

export function PatternLine(props: { readonly patterns: readonly HeadPattern[] }): JSX.Element {
  const board = useBoard()
  const primary = (): HeadPattern | undefined => props.patterns[0]
  const effect = createEffectOf(() => primary()?.head ?? null)
  const verdict = createMemo(() => {
    const of = primary()
    const weights = of?.weights() ?? null
    if (of === undefined || weights === null) return ''
    const row = spanOn(of.sides.queries, board.choice())?.[0] ?? null
    return verdictOf({
      sides: of.sides,
      weights,
      attribution: of.attribution(),
      hidden: of.hidden(),
      row,
      effect: effect(),
    })
  })
  const isPruned = (): boolean => {
    const of = primary()
    return of !== undefined && board.pruned().has(nameOf(of.head))
  }
  return (
    <div class="pattern-line">
      <Menu
        label={`Drawn: ${whats[board.settings().pattern]}`}
        triggerClass="button small"
        trigger={
          <>
            {whats[board.settings().pattern]}
            <i class="chev" aria-hidden="true" />
          </>
        }
        items={Object.entries(whats).map(([what, label]) => ({
          label,
          chosen: board.settings().pattern === what,
          onSelect: () => board.set({ pattern: what as HeadSettings['pattern'] }), // a key of the table
        }))}
      />
      <p class="verdict" title={verdict()}>
        {verdict()}
      </p>
      <Show when={primary()}>
        {(of) => (
          <button
            type="button"
            class="button small"
            aria-pressed={isPruned()}
            title="Mark this head to be left out (X)"
            onClick={() => togglePruned(board, of().head)}
          >
            {isPruned() ? 'Put back' : 'Leave out'}
          </button>
        )}
      </Show>
    </div>
  )
}

/** The measured effect of leaving a head out, on the chosen token: beside every pattern stands what it is worth. */
function createEffectOf(head: () => HeadPattern['head'] | null): () => number | null {
  const board = useBoard()
  const effect = metricOf('effect')
  const values = createMetricValues(
    board,
    () => (board.span() === null ? null : effect),
    () => null,
  )
  return () => {
    const at = head()
    if (at === null || values.held()) return null
    const own = values.values().find(({ map }) => map.kind === at.kind)
    const value = own?.instance?.[indexOf(at, own.map)]
    return value === undefined || Number.isNaN(value) ? null : value
  }
}
