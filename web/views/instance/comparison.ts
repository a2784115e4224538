/** "B" beside what is open: its instance, its lanes, and the difference to A. */
import type { Accessor } from 'solid-js'
import { createMemo, createSignal, onCleanup, untrack } from 'solid-js'
import type { Pin, TokenChoice } from '#collab/wire/document.ts'
import { readInstance } from '#web/api/instances.ts'
import { messageOf } from '#web/errors.ts'
import { createEffect, on } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { InstanceState } from '#web/state/instances.ts'
import { optionsKey } from '#web/state/permalink.ts'
import type { Room } from '#web/state/room.ts'
import { useRoom } from '#web/state/room.ts'
import { counterpart, sameTokens, sameUnit, scoresBetween } from './compare.ts'
import type { InstanceModel, ModelDeps } from './model.ts'
import { createInstanceModel } from './model.ts'

export interface Comparison {
  /** null while nothing is pinned. */
  readonly pin: Accessor<Pin | null>
  /** Whether the pin is what is open. */
  readonly same: Accessor<boolean>
  /** The pinned instance on its way. */
  readonly state: Accessor<InstanceState>
  /** B; null until it is here, and where it is what is open. */
  readonly b: Accessor<InstanceModel | null>
  /** The full colour of B where A is drawn on the same scale; 0 where it is not. */
  readonly reach: Accessor<number>
  /** A − B, where both are of the same tokens and in one unit. */
  readonly difference: Accessor<InstanceModel | null>
  /** Chooses a token of B: in A too where the text is the same. */
  choose(choice: TokenChoice | null): void
  retry(): void
}

/** What of A's model B shares. */
export type SharedDeps = Pick<ModelDeps, 'kind' | 'unit' | 'channel' | 'flow' | 'countFrom' | 'entry' | 'ask'>

export function createComparison(a: () => InstanceModel, shared: SharedDeps): Comparison {
  const room = useRoom()
  const pin = createMemo(() => room.selection.view().pin)
  const same = createMemo(() => {
    const held = pin()
    return held?.instance === a().instance().id && optionsKey(held.options) === optionsKey(a().options())
  })
  const [tries, setTries] = createSignal(0)
  const state = createPinned(() => pin()?.instance ?? null, a, tries)
  const [own, setOwn] = createSignal<TokenChoice | null>(null)
  createEffect(on([() => pin()?.instance, () => a().choice()], () => void setOwn(null)))
  const b = createMemo(() => {
    const [held, current] = [pin(), state()]
    if (held === null || current.kind !== 'ready' || same()) return null
    const { instance } = current
    const view = () => ({
      ...room.selection.view(),
      instance: instance.id,
      options: held.options,
      token: own() ?? counterpart(a().choice(), a().instance(), instance),
    })
    return createInstanceModel({
      ...shared,
      view,
      instance: () => instance,
      spot: () => null,
      otherReach: () => (sameUnit(held.options, a().options()) ? a().ownReach() : 0),
    })
  })
  const difference = createMemo(() => {
    const other = b()
    return other && comparable(a(), other) ? differenceOf(a(), other, shared, room.selection.view) : null
  })
  createEffect(() => attributeB(b(), room))
  const reach = createMemo(() => {
    const other = b()
    return other && sameUnit(a().options(), other.options()) ? other.ownReach() : 0
  })
  return {
    pin,
    same,
    state,
    b,
    reach,
    difference,
    choose(choice) {
      const other = untrack(b)
      if (other === null) return
      const back = counterpart(choice, other.instance(), untrack(a).instance())
      if (choice === null || back !== null) room.selection.chooseToken(choice === null ? null : back)
      else setOwn(choice)
    },
    retry: () => void setTries((before) => before + 1),
  }
}

const comparable = (a: InstanceModel, b: InstanceModel): boolean =>
  sameUnit(a.options(), b.options()) &&
  sameTokens(a.instance(), b.instance(), 'source') === true &&
  sameTokens(a.instance(), b.instance(), 'output') === true

/** A model like A's over the differences of the scores. */
function differenceOf(a: InstanceModel, b: InstanceModel, shared: SharedDeps, view: ModelDeps['view']): InstanceModel {
  const scores = createMemo(() => scoresBetween(a.scores(), b.scores()))
  return createInstanceModel({
    ...shared,
    view,
    channel: () => 'attribution',
    ask: null,
    instance: a.instance,
    spot: () => null,
    entry: () => {
      const [entry, between] = [a.entry(), scores()]
      return entry && between ? { ...entry, scores: between } : null
    },
  })
}

/** Asks for the attribution of B as A's is asked for: when something is chosen in it. */
function attributeB(model: InstanceModel | null, room: Room): void {
  const choice = model?.choice() ?? null
  if (model === null || choice === null || model.instance().output === null) return
  const focus = choice.side === 'output' ? choice.index : null
  const [instance, options] = [model.instance(), model.options()]
  untrack(() => room.attributions.want(instance, options, focus))
}

/** The pinned instance: what is open, where it is the same one, else asked of the server. */
function createPinned(
  id: Accessor<string | null>,
  a: () => InstanceModel,
  tries: Accessor<number>,
): Accessor<InstanceState> {
  const app = useApp()
  const room = useRoom()
  const [fetched, setFetched] = createSignal<InstanceState>({ kind: 'none' })
  const wanted = createMemo(() => (id() === null || id() === a().instance().id ? null : id()))
  createEffect(
    on([() => wanted(), () => tries()], ([now]) => {
      if (now === null) return
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      setFetched({ kind: 'loading', id: now })
      void readInstance(app.api, room.id, now, stop.signal).then(
        (instance) => stop.signal.aborted || setFetched({ kind: 'ready', instance, writing: { kind: 'no' } }),
        (error: unknown) => stop.signal.aborted || setFetched({ kind: 'failed', id: now, message: messageOf(error) }),
      )
    }),
  )
  const state = createMemo<InstanceState>(() => {
    if (id() === null) return { kind: 'none' }
    if (wanted() === null) return { kind: 'ready', instance: a().instance(), writing: { kind: 'no' } }
    const found = fetched()
    return found.kind === 'ready' && found.instance.id !== wanted() ? { kind: 'loading', id: id() ?? '' } : found
  })
  return state
}
