/** Which class of transformers 5.23 reads the files of a checkpoint: `AutoTokenizer`'s rules, for the architectures we run. */
import type { TokenizerSettings } from './settings.ts'

/** `backend` takes a `tokenizer.json` as it is; the others put their own parts around its vocabulary. */
export type TokenizerClass =
  | 'backend'
  | 'gpt2'
  | 'gpt-neox'
  | 'llama'
  | 'm2m100'
  | 'marian'
  | 'mbart'
  | 'mbart50'
  | 'nllb'
  | 'pegasus'
  | 'qwen2'
  | 'roberta'
  | 't5'

const classes: Readonly<Record<string, TokenizerClass>> = {
  GPT2: 'gpt2',
  GPTNeoX: 'gpt-neox',
  Llama: 'llama',
  M2M100: 'm2m100',
  Marian: 'marian',
  MBart: 'mbart',
  MBart50: 'mbart50',
  Nllb: 'nllb',
  Pegasus: 'pegasus',
  Qwen2: 'qwen2',
  Roberta: 'roberta',
  Bart: 'roberta',
  T5: 't5',
}

/** The class that belongs to a model where the settings name none, or a wrong one. Llama has none of its own. */
const ofModel: Readonly<Record<string, TokenizerClass>> = {
  bart: 'roberta',
  gpt2: 'gpt2',
  gpt_neox: 'gpt-neox',
  m2m_100: 'm2m100',
  marian: 'marian',
  mbart: 'mbart',
  mistral: 'backend',
  opt: 'gpt2',
  pegasus: 'pegasus',
  qwen2: 'qwen2',
  t5: 't5',
}

/** `isByteLevel` asks whether `tokenizer.json` is byte-level: such a file is never read as Llama's own. */
export function classOf(settings: TokenizerSettings, isByteLevel: () => boolean): TokenizerClass {
  const { namedClass, modelType } = settings
  const own = modelType !== null && Object.hasOwn(ofModel, modelType) ? ofModel[modelType]! : null
  if (namedClass === null) return own ?? 'backend'
  const named = Object.hasOwn(classes, namedClass) ? classes[namedClass]! : 'backend'
  if (own === 'qwen2' || own === 'backend') return own // the class named beside Qwen 2 is often wrong, Mistral's is not asked
  return named === 'llama' && isByteLevel() ? 'backend' : named
}
