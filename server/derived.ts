/** Making texts of people's own out of what they ask for. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { InstanceRow } from './db/instances.ts'
import type { DerivedRow, StoredOrigin } from './db/derived.ts'
import type { StoredOutput } from './db/outputs.ts'
import { Refusal } from './errors.ts'
import { canonical, type DerivedWriting } from './jobs/input.ts'
import { checkToken } from './questions.ts'
import { storable } from './text.ts'
import type { CheckpointReply } from './wire/checkpoints.ts'
import type { derivedRequest } from './wire/derived.ts'

/** Its languages as they were chosen. */
type Request = Omit<z.output<typeof derivedRequest>, 'languages'> & Pick<StoredOrigin, 'languages'>

/** Texts of their own that one person may have in a workspace. */
export const MOST_DERIVED = 200

/** The instance that a text comes from, as far as it matters for it. */
export interface Parent {
  readonly instance: InstanceRow
  readonly output: StoredOutput | null
}

/** The files that write it. */
export interface Writer {
  readonly revision: string
  readonly summary: NonNullable<CheckpointReply['summary']>
}

/** The row of a text that somebody asks for. `parent` is there where the request names one. Throws a Refusal for what cannot be written. */
export function makeDerived(request: Request, parent: Parent | null, writer: Writer, person: string): DerivedRow {
  const { from, target, checkpoint, languages } = request
  const source = storable(request.source ?? parent?.instance.source ?? '')
  const begun = target.kind === 'continue' ? beginning(target, parent, writer) : null
  const asked = canonical([from, source, target, checkpoint, languages, begun])
  return {
    id: `own-${createHash('sha256').update(asked).digest('hex').slice(0, 24)}`,
    source,
    // Another text has another reference, which nobody gave.
    reference: parent !== null && source === parent.instance.source ? parent.instance.reference : null,
    origin: { from, by: person, target, begun, checkpoint, languages },
  }
}

/** The first tokens of an output that goes on from a step of another. */
function beginning(
  { step, token }: { readonly step: number; readonly token: number },
  parent: Parent | null,
  { revision, summary }: Writer,
): readonly number[] {
  const output = parent?.output
  if (!output?.written) {
    throw new Refusal('conflict', 'the model has not written an output for this instance yet. Ask for it first')
  }
  if (output.revision !== revision) {
    throw new Refusal(
      'bad-request',
      'the output was written by another checkpoint, whose tokens are not those of this one. Continue it with its own',
      { field: 'checkpoint' },
    )
  }
  const { ids } = output.written.output
  if (step > ids.length) {
    throw new Refusal('bad-request', `the output has ${ids.length} tokens, counted from 0: there is no ${step}`, {
      field: 'target.step',
    })
  }
  checkToken('target.token', token, summary.vocabulary)
  return [...ids.slice(0, step), token]
}

/** How the output of a text of somebody's own is written. */
export function writingOf(instance: string, { target, begun, languages }: StoredOrigin): DerivedWriting {
  switch (target.kind) {
    case 'write':
      return { instance, target: null, languages }
    case 'force':
      return { instance, target, languages }
    case 'continue':
      return { instance, target: { kind: 'continue', begun: begun ?? [] }, languages }
  }
}
