import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'
import { attributionOptions } from '#collab/wire/document.ts'
import { progress, runKey } from '#collab/wire/events.ts'

export const runState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled'])
export type RunState = z.infer<typeof runState>

export const runKind = z.enum(['attribution', 'analysis', 'study', 'output', 'corpus'])
export type RunKind = z.infer<typeof runKind>

/** One piece of computation; the key is the hash of all that decides its numbers, so equal requests are one run. */
export const runReply = z.object({
  key: runKey,
  kind: runKind,
  state: runState,
  instance: identifier.nullable(),
  options: attributionOptions.nullable(),
  /** Kind of the question that an analysis or a study answers. */
  question: z.string().nullable(),
  startedBy: z.object({ id: identifier, name: z.string() }).nullable(),
  /** Runs before this one in the queue. */
  position: z.number().int().nullable(),
  progress: progress.nullable(),
  /** Hash of the result file, to be fetched under /results/. */
  result: runKey.nullable(),
  error: z.string().nullable(),
  createdAt: z.number(),
  /** Seconds of computing, once done. */
  seconds: z.number().nullable(),
})
export type RunReply = z.infer<typeof runReply>

/** Runs of a workspace that are queued or running. */
export const runsReply = z.object({ runs: z.array(runReply) })
export type RunsReply = z.infer<typeof runsReply>
