/** A corpus file on its way in: sent in pieces, read by the server, read again when a column is chosen otherwise. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup, untrack } from 'solid-js'
import type { ChangeIntakeRequest, IntakeReply, IntakeSurvey } from '#server/wire/intakes.ts'
import { LARGEST_INTAKE } from '#server/wire/intakes.ts'
import { changeIntake, openIntake, openLocalIntake, readIntake, removeIntake, sendPiece } from '#web/api/intakes.ts'
import { WebError, messageOf } from '#web/errors.ts'
import type { App } from './app.ts'

export type IntakePhase = 'none' | 'sending' | 'reading' | 'ready' | 'failed'

export interface Intake {
  readonly phase: Accessor<IntakePhase>
  /** Name of the file; empty before one is chosen. */
  readonly name: Accessor<string>
  /** Part of the work that is done, from 0 to 1. */
  readonly share: Accessor<number>
  /** Bytes sent or read, and of how many. */
  readonly bytes: Accessor<{ readonly done: number; readonly total: number }>
  /** Seconds left at the rate so far; null before there is one. */
  readonly left: Accessor<number | null>
  readonly problem: Accessor<string | null>
  /** Goes on where a connection broke, or sends anew what the server has lost; null where there is nothing to go on with. */
  readonly retry: Accessor<Retry | null>
  /** The id of the intake, and what was found; the last finding stays while the file is read again. */
  readonly id: Accessor<string | null>
  readonly survey: Accessor<IntakeSurvey | null>
  choose(file: Blob, name: string): void
  choosePath(path: string): void
  change(change: ChangeIntakeRequest): void
  /** Tells that the server has refused to make something of the file. False where the file is not why. */
  refused(error: unknown): boolean
  /** Stops what is under way and puts the file away. */
  cancel(): void
}

export interface Retry {
  readonly label: string
  run(): void
}

const lostText =
  'The server no longer has this file: it was started again, or a day has passed. Nothing was made of it.'

const PIECE = 4 * 2 ** 20
const POLL_MS = 200

export function createIntake({ api, clock }: Pick<App, 'api' | 'clock'>): Intake {
  const [phase, setPhase] = createSignal<IntakePhase>('none')
  const [name, setName] = createSignal('')
  const [bytes, setBytes] = createSignal({ done: 0, total: 0 })
  const [problem, setProblem] = createSignal<string | null>(null)
  const [retry, setRetry] = createSignal<Retry | null>(null)
  const [id, setId] = createSignal<string | null>(null)
  const [survey, setSurvey] = createSignal<IntakeSurvey | null>(null)
  const [left, setLeft] = createSignal<number | null>(null)
  let controller = new AbortController()
  let began = 0
  /** Chooses the same file again: the page still has it. */
  let restart: () => void = () => undefined

  const forget = (): void => {
    controller.abort()
    controller = new AbortController()
    const old = id()
    // It is deleted after a day in any case.
    if (old !== null) void removeIntake(api, old).catch(() => undefined)
    setId(null)
    setSurvey(null)
    setProblem(null)
    setRetry(null)
    setLeft(null)
    setPhase('none')
  }
  const fail = (error: unknown, again: (() => void) | null): void => {
    const isLost = untrack(id) !== null && error instanceof WebError && error.kind === 'not-found'
    setProblem(isLost ? lostText : messageOf(error))
    if (isLost) setRetry({ label: 'Take it again', run: restart })
    else setRetry(again && { label: 'Go on where it ended', run: again })
    setPhase('failed')
  }
  const advance = (done: number, total: number): void => {
    setBytes({ done, total })
    const seconds = (clock.now() - began) / 1_000
    setLeft(seconds < 1 || done === 0 ? null : (seconds * (total - done)) / done)
  }
  const take = (reply: IntakeReply): void => {
    if (reply.state === 'refused') return fail(new WebError('bad-request', reply.problem ?? ''), null)
    setSurvey(reply.survey)
    setPhase('ready')
  }
  /** Asks how far the reading is, until it is done. */
  const follow = async (intake: string, signal: AbortSignal): Promise<void> => {
    setPhase('reading')
    setProblem(null)
    began = clock.now()
    try {
      for (;;) {
        const reply = await readIntake(api, intake)
        if (signal.aborted) return
        if (reply.state === 'ready' || reply.state === 'refused') return take(reply)
        advance(reply.done, reply.bytes)
        await new Promise<void>((resolve) => void clock.after(POLL_MS, resolve))
      }
    } catch (error) {
      if (!signal.aborted) fail(error, () => void follow(intake, signal))
    }
  }
  const send = async (file: Blob, intake: string, from: number, signal: AbortSignal): Promise<void> => {
    let at = from
    setPhase('sending')
    setProblem(null)
    began = clock.now()
    try {
      while (at < file.size) {
        const piece = file.slice(at, at + PIECE, 'application/octet-stream')
        await sendPiece(api, intake, at, piece, signal)
        if (signal.aborted) return
        at += piece.size
        advance(at, file.size)
      }
    } catch (error) {
      if (!signal.aborted) fail(error, () => void resume(file, intake, signal))
      return
    }
    await follow(intake, signal)
  }
  /** The server knows how much of the file it has. */
  const resume = async (file: Blob, intake: string, signal: AbortSignal): Promise<void> => {
    try {
      const { state, done } = await readIntake(api, intake)
      await (state === 'receiving' ? send(file, intake, done, signal) : follow(intake, signal))
    } catch (error) {
      if (!signal.aborted) fail(error, () => void resume(file, intake, signal))
    }
  }
  const begin = async (
    open: () => Promise<IntakeReply>,
    then: (reply: IntakeReply, signal: AbortSignal) => Promise<void>,
  ) => {
    const { signal } = controller
    try {
      const reply = await open()
      if (signal.aborted) return void removeIntake(api, reply.id).catch(() => undefined)
      setId(reply.id)
      setName(reply.name)
      await then(reply, signal)
    } catch (error) {
      if (!signal.aborted) fail(error, null)
    }
  }
  const choose = (file: Blob, given: string): void => {
    restart = () => choose(file, given)
    forget()
    setName(given)
    if (file.size > LARGEST_INTAKE) {
      return fail(new WebError('too-large', 'A corpus file may have at most 2 GB: take a part of it.'), null)
    }
    setPhase('sending')
    advance(0, file.size)
    const request = { name: given.slice(-120), bytes: file.size }
    void begin(
      () => openIntake(api, request),
      (reply, signal) => send(file, reply.id, 0, signal),
    )
  }
  const choosePath = (path: string): void => {
    restart = () => choosePath(path)
    forget()
    setName(path)
    setPhase('reading')
    setBytes({ done: 0, total: 0 })
    void begin(
      () => openLocalIntake(api, path),
      (reply, signal) => follow(reply.id, signal),
    )
  }
  onCleanup(forget)
  return {
    phase,
    name,
    bytes,
    left,
    problem,
    retry,
    id,
    survey,
    share: () => (bytes().total === 0 ? 0 : bytes().done / bytes().total),
    choose,
    choosePath,
    change(change) {
      const intake = id()
      if (intake === null) return
      controller.abort()
      controller = new AbortController()
      const { signal } = controller
      setPhase('reading')
      changeIntake(api, intake, change).then(
        () => follow(intake, signal),
        (error: unknown) => fail(error, null),
      )
    },
    refused(error) {
      const isFile = error instanceof WebError && error.kind === 'not-found' && error.field === 'corpus.intake'
      if (isFile) fail(error, null)
      return isFile
    },
    cancel: forget,
  }
}
