import { hashRevision } from '#compute/checkpoint/checkpoint.ts'
import type { Tokenizer } from '#compute/tokenize/tokenizer.ts'
import type { Baseline, CheckpointSummary, KnownLanguages } from '#compute/types.ts'
import { forcedLanguage } from './language.ts'
import { unknownIdOf } from './opened.ts'
import type { Opened } from './opened.ts'

/** What a checkpoint is. Hashes its files, so that two copies of one checkpoint share their results. */
export async function inspectCheckpoint(opened: Opened): Promise<CheckpointSummary> {
  const { folder, engine } = opened
  const { model, checkpoint } = engine
  const tokenizer = await opened.tokenizer().catch(() => null)
  return {
    architecture: model.architecture,
    kind: model.kind,
    revision: await hashRevision(folder),
    parameters: checkpoint.weights.bytes / 4,
    vocabulary: model.vocabulary.output,
    width: model.stateWidth,
    layers: model.layers,
    heads: model.heads,
    maxTokens: model.maxTokens,
    tokenizer: tokenizer?.name ?? null,
    languages: languagesOf(opened, tokenizer),
    baselines: baselinesOf(model.special.pad, await unknownIdOf(opened)),
  }
}

/** The mean embedding first: it is the recommended start, because it is inside the cloud of embeddings and stands for no word. */
function baselinesOf(pad: number | null, unknown: number | null): readonly Baseline[] {
  return ['mean', ...(pad === null ? [] : ['pad' as const]), ...(unknown === null ? [] : ['unk' as const]), 'zero']
}

function languagesOf(opened: Opened, tokenizer: Tokenizer | null): KnownLanguages | null {
  if (tokenizer === null || tokenizer.languages === null) return null
  const { codes, source, target } = tokenizer.languages
  const forced = forcedLanguage(opened.engine, tokenizer.languages)
  if (forced === null) return { codes, source, target }
  const named = codes.find((code) => tokenizer.withLanguages({ target: code }).languages?.targetId === forced)
  return { codes, source, target: named ?? target }
}
