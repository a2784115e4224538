/** A study as a figure needs it: asked for when it can be, parsed once, with what to do where it stopped. */
import type { Accessor } from 'solid-js'
import { createMemo, createSignal, untrack } from 'solid-js'
import type { z } from 'zod'
import type { Tensor } from '#web/api/safetensors.ts'
import type { RunReply } from '#server/wire/runs.ts'
import { createEffect } from '#web/solid.ts'
import type { Analysis, StudyQuestion } from '#web/state/analyses.ts'
import { useRoom } from '#web/state/room.ts'

export interface Found<Report> {
  readonly report: Report
  readonly tensors: ReadonlyMap<string, Tensor>
}

export interface Answer<Report> {
  /** What it is called where there are several in one figure. */
  readonly label: string | null
  /** null while it is not asked for. */
  readonly analysis: Accessor<Analysis | null>
  readonly found: Accessor<Found<Report> | null>
  /** Set while outputs are still being written, which the study would lack: how many are there. */
  readonly waitsFor: Accessor<RunReply | null>
  /** Asks for it at once, with the outputs there are; or again after it stopped. */
  start(): void
  cancel(): void
}

/** `reads` says whether it looks at outputs of this workspace. */
export function createAnswer<Schema extends z.ZodType>(
  question: StudyQuestion,
  schema: Schema,
  { label = null, readsOutputs = true }: { readonly label?: string | null; readonly readsOutputs?: boolean } = {},
): Answer<z.output<Schema>> {
  const room = useRoom()
  const { analyses } = room
  const [started, setStarted] = createSignal(untrack(() => analyses.known(null, question)) !== null)
  const writing = createMemo(() => room.runs.active().find(({ kind }) => kind === 'corpus') ?? null)
  const asks = createMemo(() => started() || !readsOutputs || writing() === null)
  const cell = createMemo(() => (asks() ? analyses.ask(null, question) : null))
  createEffect(() => asks() && setStarted(true))
  const found = createMemo((): Found<z.output<Schema>> | null => {
    const analysis = cell()?.() ?? null
    if (analysis === null || analysis.tensors === null) return null
    const parsed = schema.safeParse(analysis.report)
    return parsed.success ? { report: parsed.data, tensors: analysis.tensors } : null
  })
  return {
    label,
    analysis: () => cell()?.() ?? null,
    found,
    waitsFor: () => (asks() ? null : writing()),
    start() {
      if (untrack(started)) analyses.retry(null, question)
      setStarted(true)
    },
    cancel: () => analyses.cancel(null, question),
  }
}
