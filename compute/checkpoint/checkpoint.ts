/** A checkpoint folder in Hugging Face layout. Nothing in it is ever written or executed. */
import { readFile, readdir, stat } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { basename, join } from 'node:path'
import { ComputeError } from '#compute/errors.ts'
import { parseJsonObject } from './fields.ts'
import type { Json } from './fields.ts'
import { openWeights, readWeightFile } from './weights.ts'
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
  const files = await Promise.all((await weightFiles(folder)).map((name) => readWeightFile(join(folder, name))))
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

/** One file, or the shards that an index lists. */
async function weightFiles(folder: string): Promise<readonly string[]> {
  const names = new Set(await readdir(folder))
  if (names.has('model.safetensors')) return ['model.safetensors']
  const index = names.has('model.safetensors.index.json')
    ? await readJson(folder, 'model.safetensors.index.json')
    : null
  if (index === null) {
    const hint = names.has('pytorch_model.bin')
      ? 'only pytorch_model.bin, which is not read; save it again as safetensors'
      : 'no model.safetensors'
    throw new ComputeError('bad-checkpoint', `${folder} has ${hint}`)
  }
  const map = index['weight_map']
  const shards = typeof map === 'object' && map !== null ? [...new Set(Object.values(map))] : []
  if (shards.length === 0)
    throw new ComputeError('bad-checkpoint', `${folder}: the index of the weights lists no files`)
  return shards.map((shard) => {
    if (typeof shard !== 'string' || basename(shard) !== shard || !shard.endsWith('.safetensors')) {
      throw new ComputeError(
        'bad-checkpoint',
        `${folder}: the index names ${JSON.stringify(shard)}, which is no file beside it`,
      )
    }
    if (!names.has(shard)) {
      throw new ComputeError(
        'bad-checkpoint',
        `${folder} lacks ${shard}, which the index of the weights names; fetch it again`,
      )
    }
    return shard
  })
}

/** Files that decide what a model computes. */
const decisive =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$|\.safetensors$|\.safetensors\.index\.json$|\.spm$|^merges\.txt$|^spiece\.model$|^tokenizer\.model$/

/** Hash over the content of all files that decide the numbers: the same for two equal copies, wherever they lie. */
export async function hashRevision(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => decisive.test(name)).toSorted()
  const whole = createHash('sha256')
  for (const name of names) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(join(folder, name)), hash)
    whole.update(`${name}\0${hash.digest('hex')}\0`)
  }
  return whole.digest('hex')
}
