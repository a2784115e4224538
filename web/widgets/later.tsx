/** Parts of the page that the first picture does without: they are loaded once the page rests, or when they are needed. */
import type { Component, JSX } from 'solid-js'
import { createSignal, Match, onCleanup, Switch } from 'solid-js'
import { Banner, Bones, Late, LinkButton } from './messages.tsx'
import { createPart } from './part.ts'

export interface LaterPart<Props extends object> {
  (props: Props): JSX.Element
  /** Loads it ahead; from then on it is drawn at once. What cannot be loaded ahead is asked for again when it is needed. */
  readonly preload: () => Promise<void>
}

/** What stands in the place of a part that could not be loaded. */
export type MissingPart = Component<{ readonly onRetry: () => void }>

/** While nobody asks, a missing part is tried again this often: the server may be back. */
const retriedEvery = 5_000

/** A part of the module that `load` brings; `waiting` stands in its place as long as that takes, `missing` when it fails. */
export function later<Module, Props extends object>(
  load: () => Promise<Module>,
  pick: (module: Module) => Component<Props>,
  { waiting = Waiting, missing = Missing }: { readonly waiting?: Component; readonly missing?: MissingPart } = {},
): LaterPart<Props> {
  const part = createPart(load, pick)
  const draw = (props: Props): JSX.Element => {
    const there = part.now()
    const [view, setView] = createSignal(there)
    const [failed, setFailed] = createSignal(false)
    let again: ReturnType<typeof setTimeout> | undefined
    let gone = false
    const ask = async (): Promise<void> => {
      clearTimeout(again)
      try {
        setView(await part.fetch())
      } catch {
        setFailed(true)
        if (!gone) again = setTimeout(() => void ask(), retriedEvery)
      }
    }
    onCleanup(() => {
      gone = true
      clearTimeout(again)
    })
    if (there === null) void ask()
    return (
      <Switch fallback={waiting({})}>
        <Match when={view()} keyed>
          {({ item: Part }) => <Part {...props} />}
        </Match>
        <Match when={failed()}>{missing({ onRetry: () => void ask() })}</Match>
      </Switch>
    )
  }
  return Object.assign(draw, {
    preload: async () => {
      await part.fetch().catch(() => null)
    },
  })
}

const Waiting: Component = () => (
  <Late>
    <Bones label="Loading this part of the page" widths={['70%', '85%', '40%']} />
  </Late>
)

const Missing: MissingPart = (props) => (
  <Banner kind="error">
    <b>This part of the page could not be loaded.</b> It comes by itself when the connection is back; if it does not,
    reload the page. <LinkButton onClick={() => props.onRetry()}>Try again</LinkButton>
  </Banner>
)
