/** The guide of a case study, above the notes: its question, its steps one at a time, each with a figure that is computed live. */
import type { JSX } from 'solid-js'
import { onCleanup, Show } from 'solid-js'
import { createEffect, For, on, onMount } from '#web/solid.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { focusText } from '#web/views/workspace/pane-walk.ts'
import { IconButton } from '#web/widgets/controls.tsx'
import { CloseIcon } from '#web/widgets/icons.tsx'
import { later } from '#web/widgets/later.tsx'
import type { CaseStudy } from './cases.ts'
import { caseOf } from './cases.ts'
import type { Guide } from './guide.ts'
import { createGuide, GuideContext } from './guide.ts'

/** The texts and figures of all steps; a workspace without a case study does without. */
export const StepBody = later(
  () => import('./step-body.tsx'),
  (module) => module.StepBody,
)

/** Nothing in a workspace without a case study. */
export function CaseGuide(): JSX.Element {
  const room = useRoom()
  return <Show when={caseOf(room.info())}>{(study) => <Guided study={study()} />}</Show>
}

function Guided(props: { readonly study: CaseStudy }): JSX.Element {
  // A workspace keeps its case study for as long as it is open.
  // oxlint-disable-next-line solid/reactivity
  const guide = createGuide(props.study)
  const step = () => guide.study.steps[guide.place()]
  let section!: HTMLElement
  keepFocus(guide, () => section)
  return (
    <GuideContext.Provider value={guide}>
      <section
        class="case-guide"
        aria-labelledby="h-case"
        data-stop=""
        data-open={step() === undefined ? undefined : ''}
        ref={(element) => (section = element)}
      >
        <header class="pane-head">
          <h2 id="h-case">{`Case: ${guide.study.title}`}</h2>
          <span class="grow" />
          <Show when={step()}>
            <IconButton label="Close the case study" onClick={() => guide.open(null)}>
              <CloseIcon />
            </IconButton>
          </Show>
        </header>
        <Show when={step()} fallback={<Invitation guide={guide} />}>
          {(present) => (
            <>
              <Steps guide={guide} />
              {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key */}
              <div class="case-body" tabindex="0" role="region" aria-label={present().title}>
                <h3>{present().title}</h3>
                <Show when={present().id} keyed>
                  {(id) => <StepBody step={id} />}
                </Show>
              </div>
              <Onward guide={guide} />
            </>
          )}
        </Show>
      </section>
    </GuideContext.Provider>
  )
}

/** The keys of the guide. Whoever turns a step from within the guide reads on at the top of the next. */
function keepFocus(guide: Guide, section: () => HTMLElement): void {
  const desk = useDesk()
  let within = false
  const enter = (): void => {
    const start = section().querySelector<HTMLElement>('.case-start .button')
    const heading = section().querySelector<HTMLElement>('h3')
    if (heading !== null) focusText(heading)
    else start?.focus()
  }
  const turn = (by: 1 | -1): void => {
    const to = guide.study.steps[guide.place() + by]
    if (to !== undefined && guide.place() >= 0) guide.open(to.id)
  }
  const noteFocus = (): void => void (within = section().contains(document.activeElement))
  const key = (shown: string, text: string, run: () => void) => ({ key: shown.toLowerCase(), shown, text, run })
  onMount(() => {
    // A step that goes takes the focus with it, so where it was is known before.
    document.addEventListener('focusin', noteFocus)
    onCleanup(() => document.removeEventListener('focusin', noteFocus))
    onCleanup(
      desk.keys.register([
        key('C', 'to the case study', enter),
        key('>', 'next step of the case study', () => turn(1)),
        key('<', 'previous step of the case study', () => turn(-1)),
      ]),
    )
  })
  createEffect(
    on(
      guide.place,
      () => {
        section().querySelector('.case-body')?.scrollTo(0, 0)
        if (within) enter()
      },
      { defer: true },
    ),
  )
}

/** What is asked, before anybody has begun. */
function Invitation(props: { readonly guide: Guide }): JSX.Element {
  const first = (): string => props.guide.study.steps[0]?.id ?? ''
  return (
    <div class="case-start">
      <p>{props.guide.study.question}</p>
      <button type="button" class="button" onClick={() => props.guide.open(first())}>
        {`Begin, ${props.guide.study.steps.length} steps`}
      </button>
    </div>
  )
}

/** All steps by number; each is a link that can be copied. */
function Steps(props: { readonly guide: Guide }): JSX.Element {
  return (
    <nav class="case-steps" aria-label="Steps">
      <ol>
        <For each={props.guide.study.steps}>
          {(step, place) => (
            <li>
              <a
                href={props.guide.link(step.id)}
                title={step.title}
                aria-label={`Step ${place() + 1}: ${step.title}`}
                aria-current={place() === props.guide.place() ? 'step' : undefined}
                onClick={(event) => {
                  if (event.ctrlKey || event.metaKey || event.shiftKey) return
                  event.preventDefault()
                  props.guide.open(step.id)
                }}
              >
                {place() + 1}
              </a>
            </li>
          )}
        </For>
      </ol>
    </nav>
  )
}

function Onward(props: { readonly guide: Guide }): JSX.Element {
  const at = (offset: number) => props.guide.study.steps[props.guide.place() + offset]
  return (
    <footer class="case-onward">
      <Show when={at(-1)}>
        {(step) => (
          <button type="button" class="plain small" title={step().title} onClick={() => props.guide.open(step().id)}>
            Back
          </button>
        )}
      </Show>
      <span class="grow" />
      <Show when={at(1)}>
        {(step) => (
          <button type="button" class="button small" title={step().title} onClick={() => props.guide.open(step().id)}>
            <span>{`Next: ${step().title}`}</span>
          </button>
        )}
      </Show>
    </footer>
  )
}
