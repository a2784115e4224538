/** A checkpoint folder ready for work: its engine and, where text is involved, its tokenizer. */
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine, EngineOptions } from '#compute/runtime/engine.ts'
import { openTokenizer } from '#compute/tokenize/open.ts'
import type { Tokenizer } from '#compute/tokenize/tokenizer.ts'

export interface Opened {
  readonly folder: string
  readonly engine: Engine
  /** Opened at first use: work on ids needs none. */
  readonly tokenizer: () => Promise<Tokenizer>
  readonly close: () => Promise<void>
}

export async function openFolder(folder: string, options: EngineOptions): Promise<Opened> {
  const engine = await openEngine(folder, options)
  let tokenizer: Promise<Tokenizer> | null = null
  return {
    folder,
    engine,
    tokenizer: () => (tokenizer ??= openTokenizer(folder)),
    close: engine.close,
  }
}

/** Id of the unknown token, for the baseline `unk`; null without a tokenizer. */
export async function unknownIdOf(opened: Opened): Promise<number | null> {
  return opened.tokenizer().then(
    ({ unknownId }) => unknownId,
    () => null,
  )
}
