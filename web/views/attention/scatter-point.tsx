/** One head of the scatter: its form, its rings, and its name where it is chosen. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { AttentionKind, Head } from '#compute/types.ts'
import { For } from '#web/solid.ts'
import type { CardAnchor, CardText } from '#web/widgets/hover-card.tsx'
import { personColour } from '#web/widgets/person.ts'
import { useBoard } from './board.ts'
import { chooseHead } from './head-keys.ts'
import { nameOf } from './heads.ts'
import { othersOn } from './marks.ts'
import type { ScatterPoint } from './scatter-frame.ts'

/** A disc, a square, a diamond: told apart without colour. */
export const forms: Readonly<Record<AttentionKind, string>> = {
  encoder: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z',
  decoder: 'M-3.5 -3.500h7v7h-7z',
  cross: 'M0 -5L5 0L0 5L-5 0z',
}

/** Width of a letter at 10 px, about. */
const perCharacter = 5.6

export function Point(props: {
  readonly point: ScatterPoint
  readonly at: readonly [x: number, y: number]
  /** Of the whole drawing, px: a name that would not fit to the right of its point stands to the left. */
  readonly width: number
  readonly isStop: boolean
  readonly text: () => CardText
  readonly onCard: (anchor: CardAnchor | null) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}): JSX.Element {
  const board = useBoard()
  const head = (): Head => props.point.head
  const name = (): string => nameOf(head())
  const isChosen = (): boolean => board.heads().some((each) => nameOf(each) === name())
  const isLeft = (): boolean => props.at[0] + 11 + board.titleOf(head()).length * perCharacter > props.width
  const others = () => {
    const { attendance, selections } = board.room
    const shown = board.app.preferences.values().showOthers ? attendance.people() : []
    return othersOn(shown, selections(), 'heads').get(name()) ?? []
  }
  return (
    <g
      class="head-point"
      role="option"
      aria-selected={isChosen()}
      aria-label={`${board.titleOf(head())}, ${props
        .text()
        .rows.map((row) => row.join(' '))
        .join(', ')}`}
      tabindex={props.isStop ? 0 : -1}
      data-head={name()}
      transform={`translate(${props.at.join(' ')})`}
      onPointerEnter={(event) => props.onCard({ element: event.currentTarget, text: () => props.text() })}
      onClick={(event) => chooseHead(board, head(), event.shiftKey)}
      onKeyDown={(event) => props.onKeyDown(event)}
    >
      <For each={others().slice(0, 3)}>
        {(person, nth) => (
          <circle
            class="other-ring"
            data-dash={person.dash}
            r={9 + 3 * nth()}
            style={{ stroke: personColour(person) }}
          />
        )}
      </For>
      <Show when={isChosen()}>
        <circle class="chosen-ring" r="8" />
        <text x={isLeft() ? -11 : 11} y="3.500" text-anchor={isLeft() ? 'end' : 'start'}>
          {board.titleOf(head())}
        </text>
      </Show>
      <circle class="hit" r="8" />
      <path class="point" d={forms[head().kind]} data-pruned={board.pruned().has(name()) || undefined} />
    </g>
  )
}
