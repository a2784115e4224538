/** Tokenizers of a `tokenizer.json` that is taken as it is. */
import type { Json } from '#compute/checkpoint/fields.ts'
import { plainToken } from './added-token.ts'
import type { AddedToken } from './added-token.ts'
import { makeNativeTokenizer } from './native-tokenizer.ts'
import { tokenRoles } from './settings.ts'
import type { TokenizerSettings } from './settings.ts'
import { parseDefinition } from './tokenizer-definition.ts'
import type { TokenizerDefinition } from './tokenizer-definition.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Makes the tokenizer of the object in a `tokenizer.json`. */
export function makeJsonTokenizer(json: Json, settings: TokenizerSettings): Tokenizer {
  const definition = parseDefinition(json)
  const { bos, eos, pad, unk, more } = settings.special
  return makeNativeTokenizer({
    name: 'tokenizer.json',
    file: 'tokenizer.json',
    definition,
    added: addedTokens(definition, settings),
    named: settings.named,
    unknown: definition.model.unknown ?? unk,
    marks: new Set([bos, eos, pad, ...more].filter((name) => name !== null)),
    cleanUpSpaces: settings.cleanUpSpaces,
    frame: null,
    languages: null,
  })
}

/** The tokens of the file, then those of the settings that it lacks. */
function addedTokens({ added_tokens }: TokenizerDefinition, settings: TokenizerSettings): readonly AddedToken[] {
  return [...added_tokens, ...settings.added, ...namedTokens(settings)].filter(({ content }) => content !== '')
}

/** The special tokens of the settings in the order in which transformers adds them. */
export function namedTokens({ named, ownNames, extra, lateExtra, added }: TokenizerSettings): readonly AddedToken[] {
  const flags = new Map(added.map((token) => [token.content, token]))
  const roles = tokenRoles.map((role) => named[role] ?? null).filter((token) => token !== null)
  const own = ownNames.map((name) => plainToken(name))
  return [...roles.map((token) => flags.get(token.content) ?? token), ...own, ...(extra ?? lateExtra ?? [])]
}
