/** Speaking to multilingual translators: the codes around a text, and the first token of what is written. */
import type { Engine } from '#compute/runtime/engine.ts'
import { pickTokens, withoutFrame } from '#compute/tokenize/frame.ts'
import type { Tokenizer, TokenizerLanguages } from '#compute/tokenize/tokenizer.ts'
import type { Languages, TokenizedText } from '#compute/types.ts'
import type { Opened } from './opened.ts'

/**
 * The same checkpoint with languages in force: texts get their codes, outputs are begun with the target's. What is not asked comes from
 * the checkpoint. Models without language codes stay as they are, or fail where a language is asked for.
 */
export async function withLanguages(opened: Opened, asked: Languages): Promise<Opened> {
  const isAsked = (asked.source ?? asked.target ?? null) !== null
  const plain = isAsked ? await opened.tokenizer() : await opened.tokenizer().catch(() => null)
  if (plain === null || (plain.languages === null && !isAsked)) return opened
  const tokenizer = plain.withLanguages(asked)
  const { languages } = tokenizer
  const engine =
    languages === null ? opened.engine : beginWith(opened.engine, languages, (asked.target ?? null) !== null)
  return { ...opened, engine, tokenizer: () => Promise.resolve(tokenizer) }
}

/** A target that was only stored gives way to what `generation_config.json` forces. */
function beginWith(engine: Engine, { targetId, ids, isSuffix }: TokenizerLanguages, isAsked: boolean): Engine {
  const { generation } = engine.checkpoint
  if (targetId === null || (!isAsked && typeof generation['forced_bos_token_id'] === 'number')) return engine
  const start = startOf(engine)
  // mBART-25 starts its decoder with the language itself, so that nothing is left to force.
  if (isSuffix && start !== null && ids.has(start)) {
    return isAsked
      ? withGeneration(engine, { decoder_start_token_id: targetId, forced_bos_token_id: null }, targetId)
      : engine
  }
  return withGeneration(engine, { forced_bos_token_id: targetId }, engine.model.special.start)
}

/** The token of the language that a checkpoint writes where nobody names another, as its generation settings say; null where they are silent. */
export function forcedLanguage(engine: Engine, { ids, isSuffix }: TokenizerLanguages): number | null {
  const forced = engine.checkpoint.generation['forced_bos_token_id']
  if (typeof forced === 'number') return forced
  const start = isSuffix ? startOf(engine) : null
  return start !== null && ids.has(start) ? start : null
}

function startOf({ model, checkpoint }: Engine): number | null {
  const named = checkpoint.generation['decoder_start_token_id']
  return typeof named === 'number' ? named : model.special.start
}

function withGeneration(engine: Engine, told: Readonly<Record<string, unknown>>, start: number | null): Engine {
  const { checkpoint, model } = engine
  return {
    ...engine,
    checkpoint: { ...checkpoint, generation: { ...checkpoint.generation, ...told } },
    model: { ...model, special: { ...model.special, start } },
  }
}

/** Fails where a model must be told which language to write and nobody did: neither people nor its settings. */
export async function requireTarget({ engine, tokenizer }: Opened): Promise<void> {
  if (typeof engine.checkpoint.generation['forced_bos_token_id'] === 'number') return
  const read = await tokenizer().catch(() => null)
  read?.languages?.requireTarget()
}

/**
 * A given output as the decoder writes it: with the special tokens that a model writes itself, the language first and without a start token.
 * A decoder-only model goes on after a prompt, so that none are put around its text.
 */
export async function encodeOutput({ engine }: Opened, tokenizer: Tokenizer, text: string): Promise<TokenizedText> {
  const tokens = await tokenizer.encodeTarget(text)
  if (engine.model.kind === 'decoder-only') return withoutFrame(tokens)
  const { languages } = tokenizer
  const last = tokens.ids.length - 1
  if (languages?.isSuffix !== true || !languages.ids.has(tokens.ids[last] ?? -1)) return tokens
  const others = tokens.ids.map((_, index) => index).slice(0, last)
  const start = startOf(engine)
  return pickTokens(tokens, start !== null && languages.ids.has(start) ? others : [last, ...others])
}
