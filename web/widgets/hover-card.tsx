import type { Accessor, JSX } from 'solid-js'
import { createSignal, onCleanup, Show, untrack } from 'solid-js'
import { Portal } from 'solid-js/web'
import { createEffect, For, on, onMount } from '#web/solid.ts'

/** What a card says: a heading, a few words beside it, and at most four rows of name and value. */
export interface CardText {
  readonly title: string
  readonly note: string
  readonly rows: readonly (readonly [name: string, value: string])[]
}

export interface CardAnchor {
  /** What it is about, or where on the page that is. */
  readonly element: Pick<Element, 'getBoundingClientRect'>
  readonly text: () => CardText
  /** Drawn below the rows; made when the card opens. */
  readonly picture?: () => JSX.Element
}

const delay = 80
const gap = 8

/** Shows what is under the pointer after 80 ms; the names and values are there for screen readers in the object's own label. */
export function HoverCard(props: { readonly anchor: Accessor<CardAnchor | null> }): JSX.Element {
  const [shown, setShown] = createSignal<CardAnchor | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  createEffect(
    on([() => props.anchor()], ([anchor]) => {
      clearTimeout(timer)
      if (anchor === null) return void setShown(null)
      // From one token to the next the card moves at once; it was open already.
      if (shown() !== null) return void setShown(anchor)
      timer = setTimeout(() => setShown(anchor), delay)
    }),
  )
  // Whoever uses a key looks elsewhere; a token that gets the focus by it shows its card again.
  const hide = (): void => {
    clearTimeout(timer)
    setShown(null)
  }
  onMount(() => window.addEventListener('keydown', hide, { capture: true }))
  onCleanup(() => {
    clearTimeout(timer)
    window.removeEventListener('keydown', hide, { capture: true })
  })
  return (
    <Portal>
      <Show when={shown()} keyed>
        {(anchor) => <Card anchor={anchor} />}
      </Show>
    </Portal>
  )
}

function Card(props: { readonly anchor: CardAnchor }): JSX.Element {
  let card!: HTMLDivElement
  const text = untrack(() => props.anchor.text())
  createEffect(() => place(card, props.anchor.element.getBoundingClientRect()))
  return (
    <div ref={(element) => (card = element)} class="card" aria-hidden="true">
      <b>{text.title}</b> {text.note}
      <For each={text.rows}>
        {([name, value]) => (
          <div class="r">
            <span>{name}</span>
            <span>{value}</span>
          </div>
        )}
      </For>
      {props.anchor.picture?.()}
    </div>
  )
}

/** Below the object, above it where there is no room, and never outside the window. */
function place(card: HTMLElement, at: DOMRect): void {
  const { width, height } = card.getBoundingClientRect()
  const left = Math.max(gap, Math.min(at.left, window.innerWidth - width - gap))
  const below = at.bottom + gap + 12
  const top = below + height > window.innerHeight ? at.top - height - gap : below
  card.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`
}
