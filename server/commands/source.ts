import type { Arguments } from './arguments.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { readTensorFile } from './tensor-file.ts'
import type { TensorFile } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

type Tokenizer = Awaited<ReturnType<OpenCheckpoint['opened']['tokenizer']>>

/** What a model is to read: a text through its tokenizer, or ids as they are. */
export interface Source {
  readonly ids: readonly number[]
  /** null with --inputs where the folder has none. */
  readonly tokenizer: Tokenizer | null
  /** The file of --inputs. */
  readonly file: TensorFile | null
  /** With a text the checkpoint's settings hold, with ids only its special tokens. */
  readonly takes: 'all settings' | 'token ids only'
}

export async function readSource(args: Arguments, { opened }: OpenCheckpoint): Promise<Source> {
  const [text, inputs] = [args.text('text'), args.text('inputs')]
  if ((text === undefined) === (inputs === undefined)) throw new UsageError('Give either --text TEXT or --inputs FILE')
  if (text !== undefined) {
    const tokenizer = await opened.tokenizer()
    const { ids } = await tokenizer.encode(text)
    if (ids.length === 0) throw new UsageError('The text is empty; give at least one character')
    return { ids, tokenizer, file: null, takes: 'all settings' }
  }
  const file = await readTensorFile(inputs!)
  const tokenizer = await opened.tokenizer().catch(() => null)
  return { ids: file.ids('input_ids'), tokenizer, file, takes: 'token ids only' }
}
