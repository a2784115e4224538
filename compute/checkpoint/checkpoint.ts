/** A checkpoint folder in Hugging Face layout. Nothing in it is ever written or executed. */
import { readFile, readdir, stat } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { join } from 'node:path'
import { ComputeError } from '#compute/errors.ts'
import { parseJsonObject } from './fields.ts'
import type { Json } from './fields.ts'
import { listNamedTemplates } from './template-files.ts'
import { readWeightFile } from './weight-file.ts'
import { chooseForm, isDecisive, parseShards } from './weight-names.ts'
import { openWeights } from './weights.ts'
import type { Weights } from './weights.ts'

export interface Checkpoint {
  readonly folder: string
  readonly config: Json
  /** `generation_config.json`, or what `config.json` says of generation in older repositories. */
  readonly generation: Json
  readonly weights: Weights
}

/** Opens a folder: reads its configuration and the headers of its weights. `cache` takes float32 side files. */
export async function openCheckpoint(folder: string, cache: string): Promise<Checkpoint> {
  const found = await stat(folder).catch(() => null)
  if (found === null)
    throw new ComputeError('bad-checkpoint', `There is no folder ${folder}; give the folder of a checkpoint`)
  if (!found.isDirectory()) throw new ComputeError('bad-checkpoint', `${folder} is a file; give the folder it is in`)
  const config = await readJson(folder, 'config.json')
  if (config === null) {
    throw new ComputeError(
      'bad-checkpoint',
      `${folder} has no config.json; give the folder of a Hugging Face checkpoint`,
    )
  }
  const generation = (await readJson(folder, 'generation_config.json')) ?? config
  const files = await Promise.all((await findWeights(folder)).files.map((name) => readWeightFile(join(folder, name))))
  return { folder, config, generation, weights: await openWeights(files, cache) }
}

async function readJson(folder: string, name: string): Promise<Json | null> {
  const path = join(folder, name)
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw new ComputeError('bad-checkpoint', `${path} cannot be read: ${cause.message}`, { cause })
  })
  return text === null ? null : parseJsonObject(text, path)
}

/** The names of the files that hold the weights of a folder, the index of shards included where there is one. */
async function findWeights(
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly index: string | null }> {
  const names = new Set(await readdir(folder))
  const chosen = chooseForm(names)
  if (chosen === null)
    throw new ComputeError('bad-checkpoint', `${folder} has no model.safetensors and no pytorch_model.bin`)
  const { form, isSharded } = chosen
  if (!isSharded) return { files: [form.whole], index: null }
  const shards = parseShards((await readJson(folder, form.index)) ?? {}, form, folder)
  const missing = shards.find((shard) => !names.has(shard))
  if (missing === undefined) return { files: shards, index: form.index }
  throw new ComputeError(
    'bad-checkpoint',
    `${folder} lacks ${missing}, which the index of the weights names; fetch it again`,
  )
}

/** Hash over the content of all files that decide the numbers: the same for two equal copies, wherever they lie. */
export async function hashRevision(folder: string): Promise<string> {
  const { files, index } = await findWeights(folder)
  const weights = new Set([...files, ...(index === null ? [] : [index])])
  const beside = (await readdir(folder)).filter((name) => isDecisive(name) || weights.has(name))
  const names = [...beside, ...listNamedTemplates(folder)].toSorted()
  const whole = createHash('sha256')
  for (const name of names) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(join(folder, name)), hash)
    whole.update(`${name}\0${hash.digest('hex')}\0`)
  }
  return whole.digest('hex')
}
