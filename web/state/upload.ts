/** A checkpoint of this computer on its way to the server: the small files at once, the weights when somebody has seen what they take. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import type { ArrivalReply } from '#server/wire/arrivals.ts'
import { cancelArrival, openUpload, readArrivals, sendUploadPiece } from '#web/api/arrivals.ts'
import { WebError, messageOf } from '#web/errors.ts'
import type { App } from './app.ts'

/** `asking`: everything but the weights is there. */
export type UploadPhase = 'none' | 'sending' | 'asking' | 'failed'

export interface Upload {
  readonly phase: Accessor<UploadPhase>
  /** As the server has it; null before it answered. */
  readonly arrival: Accessor<ArrivalReply | null>
  /** Files that were chosen, needed or not. */
  readonly chosen: Accessor<number>
  /** Bytes a second; null before there is a measurement. */
  readonly rate: Accessor<number | null>
  readonly problem: Accessor<string | null>
  /** Whether it can go on where it ended. */
  readonly canGoOn: Accessor<boolean>
  choose(files: readonly File[]): void
  /** Sends the weights, or goes on where a connection broke. */
  goOn(): void
  /** Stops, and has the server remove what it has. */
  cancel(): void
}

const PIECE = 4 * 2 ** 20
/** Attempts without a byte in between. */
const TRIES = 5
const PAUSE_MS = 500

/** The name of a folder, and its files by their path inside it; what lies deeper than any checkpoint has files is left out. */
export function readFolder(files: readonly File[]): {
  readonly name: string
  readonly files: ReadonlyMap<string, File>
} {
  const [first] = files
  const name = first?.webkitRelativePath.split('/')[0] || 'Uploaded model'
  const inside = files.map((file) => {
    const path = file.webkitRelativePath.split('/').slice(1)
    return [path.length === 0 ? file.name : path.join('/'), file] as const
  })
  const isShallow = (path: string): boolean => !path.startsWith('.') && path.split('/').length <= 2
  return { name: name.slice(-120), files: new Map(inside.filter(([path]) => isShallow(path))) }
}

/** `onChange` is told when the server knows of an upload, and when it has all of it. */
export function createUpload({ api, clock }: Pick<App, 'api' | 'clock'>, onChange: () => void): Upload {
  const [phase, setPhase] = createSignal<UploadPhase>('none')
  const [arrival, setArrival] = createSignal<ArrivalReply | null>(null)
  const [chosen, setChosen] = createSignal(0)
  const [rate, setRate] = createSignal<number | null>(null)
  const [problem, setProblem] = createSignal<string | null>(null)
  const [canGoOn, setCanGoOn] = createSignal(false)
  let files: ReadonlyMap<string, File> = new Map()
  let controller = new AbortController()
  let mayWeigh = false

  const forget = (): void => {
    controller.abort()
    controller = new AbortController()
    mayWeigh = false
    setArrival(null)
    setProblem(null)
    setRate(null)
    setPhase('none')
  }
  const fail = (error: unknown): void => {
    setProblem(messageOf(error))
    setCanGoOn(arrival() !== null && isPassing(error))
    setPhase('failed')
  }
  /** Sends what the server lacks, in the order in which it wants it. Ends before the weights until they are asked for. */
  const send = async (id: string, signal: AbortSignal): Promise<void> => {
    const began = { at: clock.now(), done: arrival()?.done ?? 0 }
    for (;;) {
      const next = arrival()?.upload?.files.find(({ done, bytes }) => done < bytes)
      if (next === undefined) break
      if (next.isWeights && !mayWeigh) return void setPhase('asking')
      const piece = files.get(next.name)?.slice(next.done, next.done + PIECE, 'application/octet-stream')
      if (piece === undefined) throw new WebError('not-found', `${next.name} was not chosen. Choose the folder again.`)
      const reply = await sendUploadPiece(api, id, { file: next.name, at: next.done }, piece, signal)
      if (signal.aborted) return
      setArrival(reply)
      const seconds = (clock.now() - began.at) / 1_000
      setRate(seconds < 1 ? null : (reply.done - began.done) / seconds)
    }
    forget()
    onChange()
  }
  /** Goes on by itself after a broken connection, with growing pauses. */
  const persist = async (id: string, signal: AbortSignal): Promise<void> => {
    setPhase('sending')
    setProblem(null)
    for (let failures = 0; ;) {
      const before = arrival()?.done
      try {
        return await send(id, signal)
      } catch (error) {
        if (signal.aborted) return
        failures = arrival()?.done === before ? failures + 1 : 1
        if (!isPassing(error) || failures >= TRIES) return fail(error)
      }
      await new Promise<void>((resolve) => void clock.after(PAUSE_MS * 2 ** failures, resolve))
      // The server knows how much it has.
      const known = await readArrivals(api).catch(() => null)
      const found = known?.arrivals.find((one) => one.id === id)
      if (signal.aborted) return
      if (found !== undefined) setArrival(found)
    }
  }
  const begin = async (name: string, refused: string | null, signal: AbortSignal): Promise<void> => {
    const list = [...files].map(([path, { size }]) => ({ name: path, bytes: size }))
    try {
      if (refused !== null) await cancelArrival(api, refused).catch(() => undefined)
      const reply = await openUpload(api, { name, files: list })
      if (signal.aborted) return
      setArrival(reply)
      onChange()
      await persist(reply.id, signal)
    } catch (error) {
      if (!signal.aborted) fail(error)
    }
  }
  const remove = (): void => {
    const old = arrival()
    forget()
    // It is removed after a day in any case.
    if (old !== null) void cancelArrival(api, old.id).then(onChange, () => undefined)
  }
  onCleanup(() => controller.abort())
  return {
    phase,
    arrival,
    chosen,
    rate,
    problem,
    canGoOn,
    choose(given) {
      // What can go on does so when its folder is chosen again; what was refused is put away.
      const refused = phase() === 'failed' && !canGoOn() ? (arrival()?.id ?? null) : null
      forget()
      const folder = readFolder(given)
      files = folder.files
      setChosen(given.length)
      setPhase('sending')
      void begin(folder.name, refused, controller.signal)
    },
    goOn() {
      const now = arrival()
      if (now === null) return
      if (phase() === 'asking') mayWeigh = true
      void persist(now.id, controller.signal)
    },
    cancel: remove,
  }
}

/** Whether trying again may help. */
const isPassing = (error: unknown): boolean =>
  error instanceof WebError && ['offline', 'unreadable', 'conflict', 'no-space', 'internal'].includes(error.kind)
