/** Checkpoints on their way in, as the server knows them: they go on while this page is closed. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import type { ArrivalReply, ArrivalRequest, ArrivalsReply } from '#server/wire/arrivals.ts'
import { beginArrival, cancelArrival, fetchArrival, readArrivals } from '#web/api/arrivals.ts'
import { messageOf } from '#web/errors.ts'
import type { App } from './app.ts'

export interface Arrivals {
  /** null before the first answer. */
  readonly reply: Accessor<ArrivalsReply | null>
  readonly problem: Accessor<string | null>
  /** Whether a request is being answered. */
  readonly busy: Accessor<boolean>
  refresh(): Promise<void>
  begin(request: ArrivalRequest): Promise<void>
  fetch(arrival: ArrivalReply): Promise<void>
  cancel(arrival: ArrivalReply): Promise<void>
}

const POLL_MS = 500

/** `onDone` is told the id of each checkpoint that has come while somebody watched. */
export function createArrivals({ api, clock }: Pick<App, 'api' | 'clock'>, onDone: (id: string) => void): Arrivals {
  const [reply, setReply] = createSignal<ArrivalsReply | null>(null)
  const [problem, setProblem] = createSignal<string | null>(null)
  const [busy, setBusy] = createSignal(false)
  let stop: () => void = () => undefined
  let isClosed = false
  const refresh = async (): Promise<void> => {
    const next = await readArrivals(api).catch(() => null)
    if (next === null || isClosed) return
    const before = reply()
    setReply(next)
    for (const { id, state, checkpoint } of next.arrivals) {
      const was = before?.arrivals.find((one) => one.id === id)
      if (state === 'done' && checkpoint !== null && was !== undefined && was.state !== 'done') onDone(checkpoint)
    }
    stop()
    if (next.arrivals.some(({ state }) => state === 'fetching' || state === 'reading')) {
      stop = clock.after(POLL_MS, () => void refresh())
    }
  }
  const act = async (action: () => Promise<unknown>): Promise<void> => {
    setBusy(true)
    setProblem(null)
    try {
      await action()
    } catch (error) {
      setProblem(messageOf(error))
    } finally {
      setBusy(false)
    }
    await refresh()
  }
  onCleanup(() => {
    isClosed = true
    stop()
  })
  return {
    reply,
    problem,
    busy,
    refresh,
    begin: (request) => act(() => beginArrival(api, request)),
    fetch: ({ id }) => act(() => fetchArrival(api, id)),
    cancel: ({ id }) => act(() => cancelArrival(api, id)),
  }
}
