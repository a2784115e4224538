/** What is asked of the server for a text of one's own. Pure. */
import type { DerivedRequest } from '#server/wire/derived.ts'
import type { InstanceReply } from '#server/wire/instances.ts'

export interface OwnText {
  readonly source: string
  readonly output: string
  readonly writes: 'model' | 'given'
  /** null: that of the workspace. */
  readonly checkpoint: string | null
}

type From = Pick<InstanceReply, 'id' | 'source' | 'origin'> & { readonly output: { readonly text: string } | null }

/** What is missing, in words that say what to do; null where it can be asked for. */
export function troubleOf(text: OwnText, from: From | null): string | null {
  if (text.source.trim() === '') return 'Give a text.'
  if (text.writes === 'given' && text.output.trim() === '') return 'Give an output, or let the model write it.'
  if (from === null) return null
  const sameOutput =
    text.writes === 'model'
      ? from.origin === null || from.origin.target.kind === 'write'
      : text.output === from.output?.text
  const same = text.source === from.source.text && text.checkpoint === (from.origin?.checkpoint ?? null)
  return same && sameOutput ? 'This is what is open: change the text, the output or the model.' : null
}

export function requestOf(text: OwnText, from: From | null): DerivedRequest {
  return {
    from: from?.id ?? null,
    source: from !== null && text.source === from.source.text ? null : text.source,
    target: text.writes === 'model' ? { kind: 'write' } : { kind: 'force', text: text.output },
    checkpoint: text.checkpoint,
  }
}
