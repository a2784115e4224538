/** One line of text under study: its tokens, how they are chosen by pointer and keys, and where they are painted. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, createSignal, onCleanup, Show, untrack } from 'solid-js'
import type { TokenChoice } from '#collab/wire/document.ts'
import type { Piece, Unit, Word } from '#web/marks/pieces.ts'
import { groupSpan, wordsOf } from '#web/marks/pieces.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { createEffect, For, on, onMount } from '#web/solid.ts'
import { classNames } from '#web/widgets/class-names.ts'
import type { BracketPart } from './brackets.ts'
import type { LanePainter } from './draw.ts'
import { makeLanePainter } from './draw.ts'
import type { LaneFrame, Side } from './frame.ts'
import { moveFocus } from './keys.ts'

export interface LaneProps {
  readonly side: Side
  readonly label: string
  readonly pieces: readonly Piece[]
  readonly frame: LaneFrame
  readonly ramps: Ramps
  readonly brackets: readonly BracketPart[]
  /** Share of the full width of each foot bar; null for a lane without them. */
  readonly feet: readonly number[] | null
  /** What is said of a token when it gets the focus. */
  readonly describe: (index: number) => string
  readonly onChoose: (choice: TokenChoice | null) => void
  readonly onHover: (index: number | null, element: HTMLElement | null) => void
  /** Up or Down: the other lane takes over. */
  readonly onLeave: () => void
}

export function Lane(props: LaneProps): JSX.Element {
  const words = createMemo(() => wordsOf(props.pieces))
  const [focused, setFocused] = createSignal(0)
  let lane!: HTMLDivElement
  // Not reactive: it is what the effects below paint on.
  let tokens: readonly HTMLElement[] = []
  const [painter, setPainter] = createSignal<LanePainter | null>(null)
  createEffect(
    on(
      () => words(),
      () => {
        tokens = [...lane.querySelectorAll<HTMLElement>('.tok')]
        const made = makeLanePainter(lane, tokens)
        onCleanup(() => made.close())
        setPainter(made)
      },
    ),
  )
  createEffect(() => painter()?.paint(props.frame, props.ramps))
  // Tokens stand elsewhere when the lane has another width or type, and when pieces get their joints.
  onMount(() => {
    const observer = new ResizeObserver(() => untrack(painter)?.resized())
    observer.observe(lane)
    onCleanup(() => observer.disconnect())
  })
  createEffect(on([() => props.frame.unit], () => untrack(painter)?.measure(), { defer: true }))
  createEffect(() => painter()?.bracket(props.brackets))
  createEffect(on([painter, focused], () => setTabStop(tokens, focused())))
  createEffect(() => setFocused((at) => props.frame.chosen?.[0] ?? Math.min(at, Math.max(0, props.pieces.length - 1))))
  const pointer = makePointer(props, () => tokens)
  const onFocus = (event: FocusEvent): void => {
    const index = indexOf(event.target)
    if (index === null) return
    setFocused(index)
    const token = tokens[index]
    token?.setAttribute('aria-label', props.describe(index))
    props.onHover(index, token ?? null)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = indexOf(event.target)
    if (at !== null) handleKey(event, at, props, tokens)
  }
  onCleanup(pointer.cancel)
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its options take the focus, one tab stop among them
    <div
      ref={(element) => (lane = element)}
      class={classNames('lane', props.side, props.frame.unit)}
      role="listbox"
      aria-label={props.label}
      aria-multiselectable="true"
      data-lane={props.side}
      onFocusIn={onFocus}
      onFocusOut={(event) => {
        // The value in the name would be old after the next painting.
        tokens[indexOf(event.target) ?? -1]?.removeAttribute('aria-label')
        props.onHover(null, null)
      }}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => pointer.down(event)}
      onPointerMove={(event) => pointer.move(event)}
      onPointerUp={(event) => pointer.up(event)}
      onPointerCancel={() => pointer.cancel()}
      onPointerLeave={() => props.onHover(null, null)}
    >
      <For each={words()}>{(word) => <WordBox word={word} feet={() => props.feet} />}</For>
    </div>
  )
}

const WordBox = (props: { readonly word: Word; readonly feet: Accessor<readonly number[] | null> }): JSX.Element => (
  <>
    {props.word.spaced ? ' ' : ''}
    <span class="word" role="none">
      <For each={props.word.pieces}>
        {(piece, position) => (
          <span
            class={classNames(
              'tok',
              piece.kind,
              position() === 0 && 'first',
              position() === props.word.pieces.length - 1 && 'last',
            )}
            role="option"
            aria-selected="false"
            tabIndex={-1}
            data-i={piece.index}
          >
            {piece.label}
            <Show when={props.feet()}>
              {(feet) => <i class="foot" style={{ width: `${100 * (feet()[piece.index] ?? 0)}%` }} />}
            </Show>
          </span>
        )}
      </For>
    </span>
    <Show when={props.word.breaks}>
      <br />
    </Show>
  </>
)

function setTabStop(tokens: readonly HTMLElement[], focused: number): void {
  for (const [index, token] of tokens.entries()) {
    const stop = index === focused ? 0 : -1
    if (token.tabIndex !== stop) token.tabIndex = stop
  }
}

function indexOf(target: EventTarget | null): number | null {
  const token = target instanceof Element ? target.closest<HTMLElement>('.tok') : null
  return token === null ? null : Number(token.dataset['i'])
}

/** A span of tokens, widened to whole words or sentences where those are shown. */
function choiceOf(props: LaneProps, from: number, to: number): TokenChoice {
  const { unit } = props.frame
  const first = groupSpan(props.pieces, Math.min(from, to), unit)[0]
  const last = groupSpan(props.pieces, Math.max(from, to), unit)[1]
  return last > first ? { side: props.side, index: first, last } : { side: props.side, index: first }
}

/** Choosing what is chosen already lets go of it. */
function choose(props: LaneProps, from: number, to: number): void {
  const choice = choiceOf(props, from, to)
  const [first, last] = props.frame.chosen ?? [-1, -1]
  const again = first === choice.index && last === (choice.last ?? choice.index)
  props.onChoose(again ? null : choice)
}

interface LanePointer {
  down(event: PointerEvent): void
  move(event: PointerEvent): void
  up(event: PointerEvent): void
  cancel(): void
}

/** Press and release on a token chooses it; dragging to another one, or Shift, chooses the span between. */
function makePointer(props: LaneProps, tokens: () => readonly HTMLElement[]): LanePointer {
  let start: number | null = null
  const mark = (from: number, to: number): void => {
    const [first, last] = [Math.min(from, to), Math.max(from, to)]
    for (const [index, token] of tokens().entries()) token.toggleAttribute('data-drag', index >= first && index <= last)
  }
  const clear = (): void => {
    start = null
    for (const token of tokens()) token.removeAttribute('data-drag')
  }
  return {
    down(event) {
      if (event.button !== 0) return
      start = event.shiftKey && props.frame.chosen ? props.frame.chosen[0] : indexOf(event.target)
      // Otherwise the browser would begin to select text.
      if (start !== null && event.pointerType === 'mouse') event.preventDefault()
    },
    move(event) {
      const at = indexOf(event.target)
      if (start !== null && at !== null && event.buttons === 1 && at !== start) mark(start, at)
      props.onHover(at, at === null ? null : (tokens()[at] ?? null))
    },
    up(event) {
      const at = indexOf(event.target)
      const from = start
      clear()
      if (from === null || at === null) return
      tokens()[at]?.focus({ preventScroll: true })
      choose(props, from, at)
    },
    cancel: clear,
  }
}

function handleKey(event: KeyboardEvent, at: number, props: LaneProps, tokens: readonly HTMLElement[]): void {
  if (event.altKey || event.metaKey) return
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault()
    return choose(props, event.shiftKey && props.frame.chosen ? props.frame.chosen[0] : at, at)
  }
  if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    event.preventDefault()
    return props.onLeave()
  }
  const unit: Unit = event.ctrlKey ? 'words' : props.frame.unit
  const next = moveFocus(event.key, at, props.pieces, unit)
  if (next === null) return
  event.preventDefault()
  tokens[next]?.focus()
  if (event.shiftKey) props.onChoose(choiceOf(props, props.frame.chosen?.[0] ?? at, next))
}
