/** The decoder's path through the steps of the open instance: a point for every output token, in the order they were written. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, onCleanup, Show } from 'solid-js'
import type { Point, Size } from '#web/marks/points/view-transform.ts'
import type { Box } from '#web/marks/points/labels.ts'
import { percent } from '#web/marks/numbers.ts'
import { For, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import type { LayerLayout, Layout } from '#web/state/layout.ts'
import { classNames } from '#web/widgets/class-names.ts'
import type { Step } from './steps-draw.ts'
import { inkOf, nameSteps, stepPath, stretch } from './steps-draw.ts'

/** What one token is called on its step. */
export interface StepName {
  readonly label: string
  readonly begins: boolean
}

export interface StepsProps {
  readonly layout: Layout
  readonly laid: LayerLayout
  /** Names of the output tokens of the open instance. */
  readonly names: readonly StepName[]
}

export function StepsPlot(props: StepsProps): JSX.Element {
  const [size, setSize] = createSignal<Size>({ width: 0, height: 0 })
  let place!: HTMLDivElement
  onMount(() => {
    const read = (): void => {
      const { width, height } = place.getBoundingClientRect()
      setSize({ width: Math.round(width), height: Math.round(height) })
    }
    const observer = new ResizeObserver(read)
    observer.observe(place)
    onCleanup(() => observer.disconnect())
  })
  const places = createMemo(() => stretch(props.laid.xy, size(), 20))
  const steps = createMemo(() => stepsOf(props.layout, props.names, places()))
  const share = (axis: 0 | 1): string => {
    const variance = props.laid.report?.variance[axis]
    return variance === undefined ? '' : `, ${percent(variance)}`
  }
  /** Where the names of the axes stand. */
  const axes = (): readonly Box[] => {
    const { width, height } = size()
    const [wide, high] = [92, 14]
    if (props.laid.method !== 'pca') return []
    return [
      { left: 0, right: wide, top: 0, bottom: high },
      { left: width - wide, right: width, top: height - high, bottom: height },
    ]
  }
  return (
    <StepKeys steps={steps()} ref={(element) => (place = element)}>
      <svg class="steps-svg">
        <Show when={props.laid.method === 'pca'}>
          <text class="axis-name" x={size().width - 4} y={size().height - 3} text-anchor="end">
            PC 1{share(0)}
          </text>
          <text class="axis-name" x="4" y="10">
            PC 2{share(1)}
          </text>
        </Show>
        <StepMarks steps={steps()} size={size()} reserved={axes()} />
      </svg>
    </StepKeys>
  )
}

/** The steps of a layout at their places on screen. */
export function stepsOf(layout: Layout, names: readonly StepName[], places: readonly Point[]): readonly Step[] {
  return places.map((at, row): Step => {
    const of = layout.steps?.instanceOf[row] ?? 0
    const index = layout.steps?.stepOf[row] ?? row
    const name = of === 0 ? names[index] : undefined
    return { of, index, label: name?.label ?? '', begins: name?.begins ?? false, at }
  })
}

/** A list of tokens with one tab stop: left and right go along the path. */
function StepKeys(props: {
  readonly steps: readonly Step[]
  readonly ref: (element: HTMLDivElement) => void
  readonly children: JSX.Element
}): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const own = (): readonly Step[] => props.steps.filter(({ of }) => of === 0)
  const at = (): number => {
    const { token } = room.selection.view()
    return token?.side === 'output' ? own().findIndex(({ index }) => index === token.index) : -1
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: at() - 1,
      ArrowRight: at() + 1,
      Home: 0,
      End: own().length - 1,
    }
    const wanted = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined
    if (wanted === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const step = own()[Math.min(own().length - 1, Math.max(0, wanted))]
    if (step === undefined) return
    room.selection.chooseToken({ side: 'output', index: step.index })
    app.announce(`Step ${step.index + 1} of ${own().length}, ${step.label}`)
  }
  return (
    /* oxlint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- it takes the arrow keys */
    <div
      ref={(element) => props.ref(element)}
      class="steps-plot"
      role="application"
      aria-roledescription="path of states"
      aria-label={`Decoder states of ${own().length} output tokens. Left and right choose the token before and after.`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {props.children}
    </div>
  )
}

/** Path, diamonds and names. A click on a diamond chooses its token. */
export function StepMarks(props: {
  readonly steps: readonly Step[]
  readonly size: Size
  /** Where no name may stand. */
  readonly reserved?: readonly Box[]
}): JSX.Element {
  const room = useRoom()
  const chosen = createMemo((): ReadonlySet<number> => {
    const { token } = room.selection.view()
    if (token?.side !== 'output') return new Set()
    return new Set(
      Array.from({ length: (token.last ?? token.index) - token.index + 1 }, (_, offset) => token.index + offset),
    )
  })
  const isChosen = (step: Step): boolean => step.of === 0 && chosen().has(step.index)
  const names = createMemo(() => nameSteps(props.steps, chosen(), props.size, props.reserved))
  const counts = createMemo(() => countsOf(props.steps))
  const tone = (step: Step): string =>
    `color-mix(in srgb, var(--ink) ${Math.round(100 * inkOf(step.index, counts().get(step.of) ?? 1))}%, var(--surface))`
  return (
    <g class="step-marks">
      <For each={props.steps}>
        {(step, position) => (
          <Show when={props.steps[position() - 1]?.of === step.of ? props.steps[position() - 1] : undefined}>
            {(before) => (
              <path
                class={classNames('leg', step.of > 0 && 'pinned')}
                style={{ stroke: tone(step) }}
                d={legPath(before().at, step.at)}
              />
            )}
          </Show>
        )}
      </For>
      <For each={props.steps}>
        {(step) => (
          <path
            class={classNames('step', isChosen(step) && 'chosen', step.of > 0 && 'pinned')}
            d={stepPath(step.at, isChosen(step))}
            style={
              isChosen(step)
                ? {}
                : { fill: step.of > 0 ? 'var(--surface)' : tone(step), stroke: step.of > 0 ? tone(step) : 'none' }
            }
            onClick={() => step.of === 0 && room.selection.chooseToken({ side: 'output', index: step.index })}
          >
            <title>
              {step.of === 0
                ? `${step.label}, step ${step.index + 1} of ${counts().get(0) ?? 0}`
                : `Pinned instance, step ${step.index + 1}`}
            </title>
          </path>
        )}
      </For>
      <For each={names()}>
        {({ wish, box }) => (
          <text
            class={classNames('halo', 'step-name', isNamedChosen(wish, props.steps, chosen()) && 'chosen')}
            x={box.left + 1}
            y={box.bottom - 2.5}
          >
            {wish.text}
          </text>
        )}
      </For>
    </g>
  )
}

const legPath = ([ax, ay]: Point, [bx, by]: Point): string =>
  `M${ax.toFixed(1)} ${ay.toFixed(1)}L${bx.toFixed(1)} ${by.toFixed(1)}`

/** Whether a name belongs to a chosen step: they stand at the same place. */
function isNamedChosen(
  wish: { readonly x: number; readonly y: number },
  steps: readonly Step[],
  chosen: ReadonlySet<number>,
): boolean {
  return steps.some(({ of, index, at }) => of === 0 && chosen.has(index) && at[0] === wish.x && at[1] === wish.y)
}

function countsOf(steps: readonly Step[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { of } of steps) counts.set(of, (counts.get(of) ?? 0) + 1)
  return counts
}
