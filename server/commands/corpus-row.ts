/** One row of a corpus in the place of one text: what is read, and the document that comes of it. */
import { ComputeError } from '#compute/index.ts'
import type { CorpusEntry } from '../corpus/stream.ts'
import type { Arguments } from './arguments.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { CommandContext } from './command.ts'
import { readWritten } from './source.ts'
import type { Source } from './source.ts'
import type { TensorFile } from './tensor-file.ts'

/** What a model reads for a row: its text, or its ids under the names of input files. */
export async function readRow(args: Arguments, { source, values }: CorpusEntry, open: OpenCheckpoint): Promise<Source> {
  if (source === null) {
    const tokenizer = await open.opened.tokenizer().catch(() => null)
    const file = fileOf(values)
    return { ids: file.ids('input_ids'), tokenizer, file, takes: 'token ids only', read: null }
  }
  return { ...(await readWritten(args, open, source)), row: values }
}

/** A row of ids, read like a file of inputs. */
function fileOf(values: ReadonlyMap<string, unknown>): TensorFile {
  return {
    has: (name) => values.has(name),
    ids: (name) => {
      const list = values.get(name)
      if (Array.isArray(list) && list.every((id) => Number.isSafeInteger(id))) return list as readonly number[]
      throw new ComputeError('bad-input', `The column "${name}" must be a list of token ids`)
    },
  }
}

/** Why a row could not be computed; the others can. */
export interface Fault {
  readonly error: { readonly kind: string; readonly message: string }
}

export const isFault = (value: unknown): value is Fault =>
  typeof value === 'object' && value !== null && 'error' in value

/** An error of the row alone; others are thrown on. */
export function asFault(error: unknown): Fault {
  const isOfRow = error instanceof ComputeError && (error.kind === 'too-long' || error.kind === 'bad-input')
  if (isOfRow) return { error: { kind: error.kind, message: error.message } }
  throw error
}

/** The JSON document that the work on one source prints. */
export async function captureJson(
  context: CommandContext,
  entry: CorpusEntry,
  output: string,
  work: (own: CommandContext) => Promise<void>,
): Promise<object> {
  let printed = '{}'
  const own = contextOfRow(context, entry, output)
  await work({ ...own, streams: { ...own.streams, out: (text) => void (printed = text) } })
  return JSON.parse(printed) as object // our own document
}

/** The context of the work on one row, as if its texts had been written on the command line; it prints nothing. */
export function contextOfRow(context: CommandContext, entry: CorpusEntry, output: string): CommandContext {
  const target =
    context.args.choice('explain', ['output', 'reference']) === 'reference' ? referenceOf(entry) : undefined
  const args = withTexts(context.args, { output, target, json: '' })
  return { ...context, args, streams: { out: () => {}, err: () => {} } }
}

function referenceOf({ reference }: CorpusEntry): string {
  if (reference !== null) return reference
  throw new ComputeError('bad-input', 'The row has no reference to explain')
}

/** Arguments with some of them as if they had been written so. */
export function withTexts(args: Arguments, texts: Readonly<Record<string, string | undefined>>): Arguments {
  const own = (name: string): boolean => Object.hasOwn(texts, name)
  return {
    ...args,
    has: (name) => (own(name) ? texts[name] !== undefined : args.has(name)),
    text: (name) => (own(name) ? texts[name] : args.text(name)),
  }
}
