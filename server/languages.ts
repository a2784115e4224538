/** Languages of multilingual translators, as workspaces and texts of people's own name them. */
import type { Languages, Spoken } from '#compute/types.ts'
import type { StoredOrigin } from './db/derived.ts'
import type { WorkspaceRow } from './db/workspaces.ts'
import { Refusal } from './errors.ts'
import type { CheckpointReply, ChosenLanguages } from './wire/checkpoints.ts'

type Summary = NonNullable<CheckpointReply['summary']>

/** As a part of a task, or of what a run computes from: nothing where the checkpoint says alone. */
export const spoken = (languages: Languages | null | undefined): Spoken => (languages ? { languages } : {})

/** As replies and archives tell them. */
export const chosen = (languages: Languages | null): ChosenLanguages | null =>
  languages && { source: languages.source ?? null, target: languages.target ?? null }

/** Those that a text of a workspace is read and written in: a text of somebody's own has its own. */
export const languagesOf = (
  { languages }: Pick<WorkspaceRow, 'languages'>,
  origin: Pick<StoredOrigin, 'languages'> | null,
): Languages | null => (origin === null ? languages : origin.languages)

/**
 * The languages in which a checkpoint reads and writes: as they are asked for, else as it says itself. null for a model of none.
 * Refuses a code that it does not know, and a target that nobody names.
 */
export function chooseLanguages(asked: Languages | null, { languages: known }: Summary): Languages | null {
  const [source, target] = [asked?.source ?? null, asked?.target ?? null]
  if (known === null) {
    if (source === null && target === null) return null
    throw new Refusal('bad-request', 'this model has no languages to choose from. Leave them out', {
      field: 'languages',
    })
  }
  const list = listCodes(known.codes)
  for (const [side, code] of Object.entries({ source, target })) {
    if (code === null || known.codes.includes(code)) continue
    throw new Refusal('bad-request', `there is no ${side} language "${code}"; this model knows ${list}`, {
      field: `languages.${side}`,
    })
  }
  const written = target ?? known.target
  if (written === null) {
    throw new Refusal('bad-request', `name the language to write; this model knows ${list}`, {
      field: 'languages.target',
    })
  }
  return { source: source ?? known.source, target: written }
}

/** The languages of something else, as far as another checkpoint has them too. */
export function carryLanguages(languages: Languages | null, { languages: known }: Summary): Languages | null {
  const keep = (code: string | null | undefined): string | null => (code && known?.codes.includes(code) ? code : null)
  return known === null ? null : { source: keep(languages?.source), target: keep(languages?.target) }
}

const FEW = 12

function listCodes(codes: readonly string[]): string {
  const more = codes.length - FEW
  return codes.slice(0, FEW).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
