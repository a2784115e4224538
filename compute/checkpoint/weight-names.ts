/** Which files of a checkpoint folder hold its weights. */
import { basename } from 'node:path'
import { ComputeError } from '#compute/errors.ts'
import type { Json } from './fields.ts'
import { isNamedTemplate, templateFile } from './template-files.ts'

/** Forms of storage, the best first: one file, or shards that an index lists. */
export const weightForms = [
  { whole: 'model.safetensors', index: 'model.safetensors.index.json', ending: '.safetensors' },
  { whole: 'pytorch_model.bin', index: 'pytorch_model.bin.index.json', ending: '.bin' },
] as const

export type WeightForm = (typeof weightForms)[number]

/** The best form that a folder with these names is stored in: as one file, or through its index. */
export function chooseForm(
  names: ReadonlySet<string>,
): { readonly form: WeightForm; readonly isSharded: boolean } | null {
  for (const form of weightForms) {
    if (names.has(form.whole)) return { form, isSharded: false }
    if (names.has(form.index)) return { form, isSharded: true }
  }
  return null
}

/** The shards that an index lists: plain names of files beside it. `place` names the checkpoint in errors. */
export function parseShards(index: Json, { ending }: WeightForm, place: string): readonly string[] {
  const map = index['weight_map']
  const shards = typeof map === 'object' && map !== null ? [...new Set<unknown>(Object.values(map))] : []
  if (shards.length === 0) throw new ComputeError('bad-checkpoint', `${place}: the index of the weights lists no files`)
  return shards.map((shard) => {
    if (typeof shard === 'string' && basename(shard) === shard && shard.endsWith(ending) && !shard.includes('\\'))
      return shard
    const shown = JSON.stringify(shard)?.slice(0, 80)
    throw new ComputeError('bad-checkpoint', `${place}: the index names ${shown}, which is no file beside it`)
  })
}

/** Files beside the weights that decide what a model computes, or how a text is read. */
const decisive = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'target_vocab.json',
  'merges.txt',
  'source.spm',
  'target.spm',
  'spiece.model',
  'tokenizer.model',
  'sentencepiece.bpe.model',
  templateFile,
  'chat_template.json',
])

/** `name` is a path inside the checkpoint. */
export const isDecisive = (name: string): boolean => decisive.has(name) || isNamedTemplate(name)
