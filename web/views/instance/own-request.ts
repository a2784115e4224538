/** What is asked of the server for a text of one's own. Pure. */
import type { ChosenLanguages, KnownLanguages } from '#server/wire/checkpoints.ts'
import type { DerivedRequest } from '#server/wire/derived.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { TypedLanguages } from '#web/marks/language-choice.ts'
import { readLanguages, usualLanguages } from '#web/marks/language-choice.ts'

export interface OwnText {
  readonly source: string
  readonly output: string
  readonly writes: 'model' | 'given'
  /** null: that of the workspace. */
  readonly checkpoint: string | null
  /** Of a multilingual translator, as they are typed; else they are not looked at. */
  readonly languages: TypedLanguages
}

/** What a model can read and write, and what was chosen of it for the text that is open. */
export interface Spoken {
  /** null for all but multilingual translators. */
  readonly known: KnownLanguages | null
  readonly chosen: ChosenLanguages | null
}

/** What the form starts with: the languages of the text that is open where the model knows them, else its usual ones. */
export function startLanguages({ known, chosen }: Spoken): TypedLanguages {
  if (known === null) return { source: '', target: '' }
  const usual = usualLanguages(known)
  const own = (code: string | null | undefined): string | null => (code && known.codes.includes(code) ? code : null)
  return { source: own(chosen?.source) ?? usual.source, target: own(chosen?.target) ?? usual.target }
}

type From = Pick<InstanceReply, 'id' | 'source' | 'origin'> & { readonly output: { readonly text: string } | null }

/** What is missing, in words that say what to do; null where it can be asked for. */
export function troubleOf(text: OwnText, from: From | null, spoken: Spoken): string | null {
  const { known } = spoken
  if (text.source.trim() === '') return 'Give a text.'
  if (known !== null && readLanguages(text.languages, known) === null) return 'Choose two languages of the model.'
  if (text.writes === 'given' && text.output.trim() === '') return 'Give an output, or let the model write it.'
  if (from === null) return null
  const sameOutput =
    text.writes === 'model'
      ? from.origin === null || from.origin.target.kind === 'write'
      : text.output === from.output?.text
  const same = text.source === from.source.text && text.checkpoint === (from.origin?.checkpoint ?? null)
  if (!same || !sameOutput || !sameLanguages(text.languages, spoken)) return null
  return 'This is what is open: change the text, the output or the model.'
}

function sameLanguages(typed: TypedLanguages, spoken: Spoken): boolean {
  const open = startLanguages(spoken)
  return spoken.known === null || (typed.source === open.source && typed.target === open.target)
}

export function requestOf(text: OwnText, from: From | null, { known }: Pick<Spoken, 'known'>): DerivedRequest {
  return {
    from: from?.id ?? null,
    source: from !== null && text.source === from.source.text ? null : text.source,
    target: text.writes === 'model' ? { kind: 'write' } : { kind: 'force', text: text.output },
    checkpoint: text.checkpoint,
    languages: known && readLanguages(text.languages, known),
  }
}
