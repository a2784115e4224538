/** Texts of people's own beside the corpus: another source, an output that is given or begun by somebody, another checkpoint. */
import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'
import { chosenLanguages } from './checkpoints.ts'
import { runReply } from './runs.ts'

/** Longest text, in characters. */
export const MOST_CHARACTERS = 100_000

const ownText = z.string().min(1).max(MOST_CHARACTERS)

/** What the output is: what the model writes, a given text, or the output it comes from up to `step`, there `token`, and what the model writes then. */
export const derivedTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('write') }),
  z.strictObject({ kind: z.literal('force'), text: ownText }),
  z.strictObject({
    kind: z.literal('continue'),
    /** Output token that is replaced, counted from 0; one after the last appends. */
    step: z.number().int().min(0).max(1_000_000),
    token: z.number().int().min(0).max(100_000_000),
  }),
])
export type DerivedTarget = z.infer<typeof derivedTarget>

/** Equal requests are one instance, whose id is a hash of them. */
export const derivedRequest = z
  .strictObject({
    /** The instance it comes from. */
    from: identifier.nullable(),
    /** null: the source of that instance. */
    source: ownText.nullable(),
    target: derivedTarget,
    /** null: that of the workspace. */
    checkpoint: identifier.nullable(),
    /** null: those of the instance it comes from, else of the workspace. */
    languages: chosenLanguages.nullable().default(null),
  })
  .refine(({ from, source }) => from !== null || source !== null, {
    message: 'give a text, or the instance whose text it is',
    path: ['source'],
  })
  .refine(({ from, target }) => from !== null || target.kind !== 'continue', {
    message: 'name the instance whose output is continued',
    path: ['from'],
  })
export type DerivedRequest = z.input<typeof derivedRequest>

/** `run` writes the output; null where it is there already. */
export const derivedReply = z.object({
  instance: identifier,
  run: runReply.nullable(),
  how: z.enum(['started', 'joined', 'computed']),
})
export type DerivedReply = z.infer<typeof derivedReply>

/** Where an instance comes from that is no row of the corpus. */
export const origin = z.object({
  /** It may have been deleted since. */
  from: identifier.nullable(),
  /** Who made it first; null in a workspace that was restored. */
  by: z.object({ id: identifier, name: z.string() }).nullable(),
  target: derivedTarget,
  checkpoint: identifier.nullable(),
  /** Those of a multilingual translator; null where the checkpoint says alone. */
  languages: chosenLanguages.nullable(),
})
export type Origin = z.infer<typeof origin>
