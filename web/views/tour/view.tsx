/** The tour: a card beside the thing to do next. It blocks nothing, ticks steps off by itself, and can be left and resumed. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, createSignal, onCleanup, Show, untrack } from 'solid-js'
import { decodePoints } from '#collab/wire/point-set.ts'
import { createEffect, For, on, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { classNames } from '#web/widgets/class-names.ts'
import type { Box } from './place.ts'
import { placeCard } from './place.ts'
import type { Step, TourState } from './steps.ts'
import { doneNow, nextStep, steps } from './steps.ts'

export function Tour(): JSX.Element {
  const app = useApp()
  const desk = useDesk()
  const done = (): readonly string[] => app.preferences.values().tour ?? []
  const [chosen, setChosen] = createSignal<string | null>(null)
  const step = createMemo(() => steps.find(({ id }) => id === chosen()) ?? nextStep(done()))
  const state = createTourState(() => step())
  createEffect(() => {
    const now = doneNow(done(), state())
    if (now.length === untrack(done).length) return
    app.preferences.set({ tour: [...now] })
    // Done by hand: on to the next one.
    setChosen(null)
  })
  createEffect(
    on([() => step()], ([present]) =>
      app.announce(present ? `Tour: ${present.title}. ${present.text}` : 'Tour: all six steps are done.'),
    ),
  )
  return (
    <Show when={step()} fallback={<Finished onClose={() => desk.setTouring(false)} />}>
      {(present) => <Card step={present()} done={done()} onChoose={setChosen} onLeave={() => desk.setTouring(false)} />}
    </Show>
  )
}

/** What steps are judged by; begins anew whenever the tour is opened. */
function createTourState(step: Accessor<Step | null>): Accessor<TourState> {
  const room = useRoom()
  const [seen, setSeen] = createSignal<ReadonlySet<string>>(new Set<string>())
  const before = untrack(() => room.notes.heads().length)
  const onSeen = (event: Event): void => {
    const present = untrack(step)
    const target = event.target
    if (present && target instanceof Element && target.closest(present.at))
      setSeen((ids) => new Set([...ids, present.id]))
  }
  onMount(() => {
    window.addEventListener('pointerover', onSeen)
    window.addEventListener('focusin', onSeen)
  })
  onCleanup(() => {
    window.removeEventListener('pointerover', onSeen)
    window.removeEventListener('focusin', onSeen)
  })
  const state = createMemo<TourState>(() => {
    const view = room.selection.view()
    const { instance, options, token, points } = view
    const scores = instance === null ? null : (room.attributions.entry(instance, options)?.scores ?? null)
    return {
      view,
      attributed: token?.side === 'output' && scores?.known[token.index] === 1,
      points: decodePoints(points).length,
      newNotes: room.notes.heads().length - before,
      seen: seen(),
    }
  })
  return state
}

/** How often the card looks where its target is: panes are moved and scrolled at any time. */
const look = 200

function Card(props: {
  readonly step: Step
  readonly done: readonly string[]
  readonly onChoose: (id: string) => void
  readonly onLeave: () => void
}): JSX.Element {
  let card!: HTMLElement
  const [target, setTarget] = createSignal<Box | null>(null)
  const [place, setPlace] = createSignal({ left: 0, top: 0 })
  const follow = (): void => {
    const box = boxOf(document.querySelector(props.step.at))
    const page = { width: window.innerWidth, height: window.innerHeight }
    setTarget(box)
    setPlace(
      placeCard(
        box ?? { left: page.width, top: page.height - 40, width: 0, height: 0 },
        card.getBoundingClientRect(),
        page,
      ),
    )
  }
  onMount(() => {
    follow()
    const timer = setInterval(follow, look)
    onCleanup(() => clearInterval(timer))
  })
  createEffect(on([() => props.step], follow, { defer: true }))
  const number = (): number => steps.indexOf(props.step) + 1
  return (
    <>
      <Show when={target()}>{(box) => <Ring box={box()} />}</Show>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape leaves from any of its buttons */}
      <section
        ref={(element) => (card = element)}
        class="tour float"
        aria-label="Tour"
        style={{ transform: `translate(${place().left}px, ${place().top}px)` }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          props.onLeave()
        }}
      >
        <p class="tour-count">
          Step {number()} of {steps.length}
        </p>
        <h3>{props.step.title}</h3>
        <p>{target() === null ? props.step.elsewhere : props.step.text}</p>
        <ol class="tour-steps">
          <For each={steps}>
            {(step) => (
              <li>
                <button
                  type="button"
                  class={classNames('tour-step', props.done.includes(step.id) && 'done')}
                  aria-current={step === props.step ? 'step' : undefined}
                  aria-label={`${steps.indexOf(step) + 1} ${step.title}${props.done.includes(step.id) ? ', done' : ''}`}
                  title={step.title}
                  onClick={() => props.onChoose(step.id)}
                >
                  {props.done.includes(step.id) ? '✓' : steps.indexOf(step) + 1}
                </button>
              </li>
            )}
          </For>
        </ol>
        <div class="line end">
          <button type="button" class="plain" onClick={() => props.onLeave()}>
            Leave the tour
          </button>
          <button type="button" class="button" onClick={() => props.onChoose(after(props.step, props.done))}>
            Next
          </button>
        </div>
      </section>
    </>
  )
}

/** The next step that is not done, going round. */
function after(step: Step, done: readonly string[]): string {
  const at = steps.indexOf(step)
  const order = [...steps.slice(at + 1), ...steps.slice(0, at)]
  return (order.find(({ id }) => !done.includes(id)) ?? step).id
}

function boxOf(element: Element | null): Box | null {
  if (element === null) return null
  const { left, top, width, height } = element.getBoundingClientRect()
  return width > 0 && height > 0 ? { left, top, width, height } : null
}

const Ring = (props: { readonly box: Box }): JSX.Element => (
  <div
    class="tour-ring"
    aria-hidden="true"
    style={{
      transform: `translate(${props.box.left - 3}px, ${props.box.top - 3}px)`,
      width: `${props.box.width + 6}px`,
      height: `${props.box.height + 6}px`,
    }}
  />
)

const Finished = (props: { readonly onClose: () => void }): JSX.Element => {
  const app = useApp()
  return (
    <section class="tour float corner" aria-label="Tour">
      <h3>That was all of it</h3>
      <p>Ctrl K finds everything else, and ? lists the keys.</p>
      <div class="line end">
        <button type="button" class="plain" onClick={() => app.preferences.set({ tour: [] })}>
          Begin again
        </button>
        <button type="button" class="button" onClick={() => props.onClose()}>
          Close
        </button>
      </div>
    </section>
  )
}
