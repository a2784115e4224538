/** Which files of a folder are needed, told from their names, and checks that need no more than the start of a file. */
import { open } from 'node:fs/promises'
import { ComputeError } from '#compute/errors.ts'
import { readAt } from './bytes.ts'
import { parseJsonObject } from './fields.ts'
import { parseHeader, prefixBytes, readHeaderLength } from './safetensors.ts'
import { chooseForm, isDecisive, parseShards } from './weight-names.ts'

/** Files by name, in the order in which they tell the most for the fewest bytes. */
export interface NeededFiles {
  /** `config.json` first, the index of shards last. */
  readonly small: readonly string[]
  /** Where there is an index: every file that it may name. */
  readonly weights: readonly string[]
  readonly index: string | null
}

/** Files of which a tokenizer can be made; which one a model wants is known when its configuration is read. */
const vocabularies = [
  ['tokenizer.json'],
  ['tokenizer.model'],
  ['spiece.model'],
  ['sentencepiece.bpe.model'],
  ['vocab.json', 'merges.txt'],
  ['source.spm', 'target.spm', 'vocab.json'],
] as const

/** Throws kind `bad-checkpoint` that names what is missing. */
export function chooseNeeded(names: ReadonlySet<string>): NeededFiles {
  const missing = (what: string): ComputeError => new ComputeError('bad-checkpoint', `The folder has no ${what}`)
  if (!names.has('config.json')) throw missing('config.json. Take the folder of a Hugging Face checkpoint')
  const chosen = chooseForm(names)
  if (chosen === null) throw missing('model.safetensors and no pytorch_model.bin. Take a folder that holds the weights')
  if (!vocabularies.some((files) => files.every((file) => names.has(file)))) {
    const wanted = vocabularies.map((files) => files.join(' with ')).join(', ')
    throw missing(`tokenizer. Put one of these beside the weights: ${wanted}`)
  }
  const { form, isSharded } = chosen
  const rest = [...names].filter((name) => isDecisive(name) && name !== 'config.json').toSorted()
  const small = ['config.json', ...rest]
  if (!isSharded) return { small, weights: [form.whole], index: null }
  const weights = [...names].filter((name) => name.endsWith(form.ending) && !name.includes('/')).toSorted()
  return { small: [...small, form.index], weights, index: form.index }
}

/** The weights that the text of the index names, all of them among `weights`. Throws kind `bad-checkpoint`. */
export function chooseShards({ weights, index }: NeededFiles, text: string): readonly string[] {
  const form = chooseForm(new Set([index ?? '']))
  if (form === null || index === null) return weights
  const shards = parseShards(parseJsonObject(text, index), form.form, 'The folder')
  const missing = shards.find((shard) => !weights.includes(shard))
  if (missing === undefined) return shards
  throw new ComputeError('bad-checkpoint', `The folder lacks ${missing}, which ${index} names. Take it with all files`)
}

/**
 * Compares the header of a safetensors file, of which only the start need be there, with the `size` it is to have. False where even the header is not
 * there yet. Throws kind `bad-checkpoint`; `name` names the file in errors.
 */
export async function checkHeader(path: string, size: number, name: string): Promise<boolean> {
  const file = await open(path)
  try {
    const prefix = await readAt(file, 0, prefixBytes)
    if (prefix.byteLength < prefixBytes && size >= prefixBytes) return false
    const length = readHeaderLength(prefix, size, name)
    const header = await readAt(file, prefixBytes, length)
    if (header.byteLength < length) return false
    parseHeader(header, size, name)
    return true
  } finally {
    await file.close()
  }
}
