/** What a pane says about itself: banners, progress, bones while loading, and the sentence of an empty pane. */
import type { Component, JSX } from 'solid-js'
import { createSignal, onCleanup, Show } from 'solid-js'
import { For, onMount } from '#web/solid.ts'
import { classNames } from './class-names.ts'

/** `error` solid, `warn` (partial, old) dotted, `off` (offline) dashed, `plain` a fact. */
export type BannerKind = 'error' | 'warn' | 'off' | 'plain'

export const Banner: Component<{ readonly kind: BannerKind; readonly children: JSX.Element }> = (props) => (
  <div
    class={classNames('banner', props.kind !== 'plain' && props.kind)}
    role={props.kind === 'error' ? 'alert' : 'status'}
  >
    <span>{props.children}</span>
  </div>
)

/** A step to take, inside a sentence. */
export const LinkButton: Component<{ readonly onClick: () => void; readonly children: JSX.Element }> = (props) => (
  <button type="button" class="link" onClick={() => props.onClick()}>
    {props.children}
  </button>
)

/** Work under way: what it does, how far it is, how long it takes, and how to stop it. */
export const ProgressLine: Component<{
  readonly text: string
  /** From 0 to 1; null until something is known. */
  readonly done: number | null
  readonly left: string | null
  readonly onCancel?: (() => void) | undefined
}> = (props) => (
  <div class="progress-line">
    <span>{props.text}</span>
    <Show when={props.done !== null} fallback={<progress aria-label={props.text} />}>
      <progress aria-label={props.text} max="1" value={props.done ?? 0} />
    </Show>
    <Show when={props.left}>
      <span class="dim">{props.left}</span>
    </Show>
    <Show when={props.onCancel}>{(cancel) => <LinkButton onClick={() => cancel()()}>Cancel</LinkButton>}</Show>
  </div>
)

/** Shows its content only after 300 ms: what is there sooner needs no placeholder. */
export const Late: Component<{ readonly children: JSX.Element }> = (props) => {
  const [late, setLate] = createSignal(false)
  onMount(() => {
    const timer = setTimeout(() => setLate(true), 300)
    onCleanup(() => clearTimeout(timer))
  })
  return <Show when={late()}>{props.children}</Show>
}

/** Grey bars of the size that the text will have. */
export const Bones: Component<{ readonly widths: readonly string[]; readonly label: string }> = (props) => (
  <div class="bones" role="status" aria-label={props.label}>
    <For each={props.widths}>{(width) => <span class="bone" style={{ width: width }} />}</For>
  </div>
)

/** A pane with nothing in it: what would be here, and one thing to do. */
export const EmptyState: Component<{
  readonly title: string
  readonly text: JSX.Element
  readonly children?: JSX.Element
}> = (props) => (
  <div class="empty">
    <p class="empty-title">{props.title}</p>
    <p>{props.text}</p>
    <div class="line">{props.children}</div>
  </div>
)
