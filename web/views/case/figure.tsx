/** The frame of every figure: its title and definition, how far it is, what it is of, and its numbers as a table. */
import type { JSX } from 'solid-js'
import { createSignal, createUniqueId, Match, Show, Switch } from 'solid-js'
import { share, timeLeft } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import type { Analysis } from '#web/state/analyses.ts'
import { useRoom } from '#web/state/room.ts'
import { nameOfStudy } from '#web/views/workspace/status-text.ts'
import { Segment } from '#web/widgets/controls.tsx'
import { Banner, Late, LinkButton, ProgressLine } from '#web/widgets/messages.tsx'
import type { Answer } from './answer.ts'

/** Numbers as text: a head, and rows whose first cell names them. */
export interface FigureTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

interface Counted {
  readonly shown: number
  readonly of: number
}

export interface FigureProps {
  readonly title: string
  /** What the numbers are, in a sentence or two. */
  readonly definition: string
  /** The studies it is drawn from. */
  readonly answers: readonly Answer<Counted>[]
  /** What is counted, in the plural. */
  readonly things: string
  readonly table: FigureTable | null
  /** Drawn as soon as there is something to draw. */
  readonly children: JSX.Element
}

export function Figure(props: FigureProps): JSX.Element {
  const id = createUniqueId()
  const [as, setAs] = createSignal<'chart' | 'table'>('chart')
  return (
    <figure class="case-figure" aria-labelledby={id}>
      <div class="line">
        <h4 id={id} class="grow" title={props.definition}>
          {props.title}
        </h4>
        <Show when={props.table}>
          <Segment
            label={`${props.title}: show as`}
            value={as()}
            choices={[
              { value: 'chart', label: 'Chart' },
              { value: 'table', label: 'Table' },
            ]}
            onChange={setAs}
          />
        </Show>
      </div>
      <For each={props.answers}>{(answer) => <AnswerLine answer={answer} />}</For>
      <Show when={props.table} fallback={<Late>{<div class="case-space" />}</Late>}>
        {(table) => (
          <Show when={as() === 'table'} fallback={props.children}>
            <NumbersTable title={props.title} table={table()} />
          </Show>
        )}
      </Show>
      <figcaption>
        {props.definition} <Of answers={props.answers} things={props.things} />
      </figcaption>
    </figure>
  )
}

/** "48 of 1,000 outputs." of the first study that is there. */
function Of(props: { readonly answers: readonly Answer<Counted>[]; readonly things: string }): JSX.Element {
  const counted = (): Counted | null =>
    props.answers.map((answer) => answer.found()?.report ?? null).find((report) => report !== null) ?? null
  return (
    <Show when={counted()}>
      {(report) => <span class="case-of">{`${share(report().shown, report().of)} ${props.things}.`}</span>}
    </Show>
  )
}

/** What one study is doing, and what can be done about it; nothing once it is there. */
export function AnswerLine(props: { readonly answer: Answer<Counted> }): JSX.Element {
  const room = useRoom()
  const phase = (): Analysis['phase'] | null => props.answer.analysis()?.phase ?? null
  const named = (text: string): string => (props.answer.label === null ? text : `${props.answer.label}: ${text}`)
  const stopped = (): { readonly message: string; readonly offline: boolean } | null => {
    const now = phase()
    if (now?.kind === 'failed') return now
    return now?.kind === 'done' && props.answer.found() === null ? unreadable : null
  }
  return (
    <Switch>
      <Match when={props.answer.waitsFor()}>
        {(run) => (
          <Banner kind="plain">
            {named(`Outputs are still being written${writtenText(run().progress)}; this figure waits for them.`)}
            <LinkButton onClick={() => props.answer.start()}>Compute with those there are</LinkButton>
          </Banner>
        )}
      </Match>
      <Match when={phase()?.kind === 'asking'}>
        <Late>
          <ProgressLine text={named('Asking the server')} done={null} left={null} />
        </Late>
      </Match>
      <Match when={phase()?.kind === 'running'}>
        <Running answer={props.answer} named={named} mayCancel={room.can('run.cancel-own')} />
      </Match>
      <Match when={phase()?.kind === 'cancelled'}>
        <Banner kind="warn">
          {named('Cancelled; nothing of it was kept.')}
          <LinkButton onClick={() => props.answer.start()}>Compute again</LinkButton>
        </Banner>
      </Match>
      <Match when={stopped()}>
        {(failure) => (
          <Banner kind={failure().offline ? 'off' : 'error'}>
            {named(failure().message)}
            <LinkButton onClick={() => props.answer.start()}>Try again</LinkButton>
          </Banner>
        )}
      </Match>
      <Match when={forbidden(phase())}>{(present) => <Banner kind="plain">{named(present().message)}</Banner>}</Match>
    </Switch>
  )
}

const unreadable = {
  message: 'The result is of another version of Coattend. Reload the page to compute it anew.',
  offline: false,
}

const forbidden = (phase: Analysis['phase'] | null) => (phase?.kind === 'forbidden' ? phase : null)

const writtenText = (progress: { readonly done: number; readonly total: number } | null): string =>
  progress === null ? '' : ` (${share(progress.done, progress.total)})`

function Running(props: {
  readonly answer: Answer<Counted>
  readonly named: (text: string) => string
  readonly mayCancel: boolean
}): JSX.Element {
  const progress = () => props.answer.analysis()?.progress ?? null
  const left = (): string | null => {
    const eta = progress()?.eta ?? null
    return eta === null ? null : timeLeft(eta)
  }
  const text = (): string => {
    const now = progress()
    const phase = props.answer.analysis()?.phase
    if (now !== null) return `${now.stage}: ${share(now.done, now.total)}`
    const kind = phase?.kind === 'running' ? phase.run.question : null
    return `${nameOfStudy(kind)}: waiting to start`
  }
  return (
    <ProgressLine
      text={props.named(text())}
      done={(progress()?.total ?? 0) > 0 ? progress()!.done / progress()!.total : null}
      left={left()}
      onCancel={props.mayCancel ? () => props.answer.cancel() : undefined}
    />
  )
}

/** The numbers of a figure, for those who read rather than look. */
function NumbersTable(props: { readonly title: string; readonly table: FigureTable }): JSX.Element {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key
    <div class="case-table" tabindex="0" role="region" aria-label={`${props.title}, as a table`}>
      <table>
        <thead>
          <tr>
            <For each={props.table.head}>{(name) => <th scope="col">{name}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={props.table.rows}>
            {(row) => (
              <tr>
                <For each={row}>
                  {(cell, place) => (
                    <Show when={place() === 0} fallback={<td>{cell}</td>}>
                      <th scope="row">{cell}</th>
                    </Show>
                  )}
                </For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  )
}
