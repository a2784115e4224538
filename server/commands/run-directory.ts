/**
 * The directory of a corpus run: `manifest.json` says what was asked, `rows.jsonl` has one line per finished row in the order of
 * the corpus, `tensors/` one safetensors file per row, `summary.json` is written at the end. Whatever kills a run, what stands
 * there is whole but for a last line, which is cut off before the run goes on.
 */
import { mkdir, open, readFile, readdir, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { writeWhole } from '../files/store.ts'
import { UsageError } from './usage-error.ts'

/** What decides the results of a run. Two runs with equal manifests write the same bytes. */
export interface Manifest {
  readonly format: 1
  readonly command: string
  readonly engine: string
  readonly device: string
  /** Revision hash of the checkpoint. */
  readonly checkpoint: string
  readonly corpus: { readonly rows: number; readonly sha256: string }
  /** Options as they were written. */
  readonly parameters: Readonly<Record<string, string | true>>
}

const manifestSchema = z.object({
  format: z.literal(1),
  command: z.string(),
  engine: z.string(),
  device: z.string(),
  checkpoint: z.string(),
  corpus: z.object({ rows: z.number(), sha256: z.string() }),
  parameters: z.record(z.string(), z.union([z.string(), z.literal(true)])),
})

/** A finished row as it stands in `rows.jsonl`. */
export type StoredRow = Readonly<Record<string, unknown>> & { readonly index: number; readonly id: string }

const storedRow = z.looseObject({ index: z.number(), id: z.string() })

export interface RunDirectory {
  /** Rows that stand in `rows.jsonl`: the first so many of the corpus. */
  readonly stored: () => number
  /** Where the tensors of a row belong, relative to the directory and as a whole path. */
  readonly tensors: (index: number) => { readonly name: string; readonly path: string }
  /** Appends rows. They survive the end of this process, and after the next `flush` that of the machine. */
  readonly append: (rows: readonly StoredRow[]) => Promise<void>
  readonly flush: () => Promise<void>
  readonly rows: () => AsyncGenerator<StoredRow>
  readonly summarise: (summary: object) => Promise<void>
  readonly close: () => Promise<void>
}

const manifestName = 'manifest.json'
const rowsName = 'rows.jsonl'
/** Rows of one folder under `tensors/`. */
const filesPerFolder = 1000

/** Starts a run, or goes on with one: then the manifests must agree. Throws a UsageError that names what differs. */
export async function openRunDirectory(path: string, manifest: Manifest, isResumed: boolean): Promise<RunDirectory> {
  const found = await mkdir(path, { recursive: true })
    .then(() => readdir(path))
    .catch((cause: Error) => {
      throw new UsageError(`Cannot use ${path} for results: ${cause.message}`, { cause })
    })
  const entries = found.filter((name) => !name.endsWith('.new')) // left by a run that was killed while it wrote
  if (entries.includes(manifestName) && isResumed) await compareManifests(path, manifest)
  else if (entries.length > 0) {
    const hint = isResumed ? 'but no run to go on with' : 'add --resume to go on with the run it holds'
    throw new UsageError(`${path} is not empty; ${hint}, or give another directory`)
  }
  await mkdir(join(path, 'tensors'), { recursive: true })
  await writeWhole(join(path, manifestName), `${JSON.stringify(manifest, null, 1)}\n`)
  const file = await open(join(path, rowsName), 'a+')
  const { count, bytes } = await measureRows(file)
  await file.truncate(bytes)
  const directory = directoryOf(path, file, count, bytes)
  for (const folder of [path, dirname(directory.tensors(count).path)]) await removeUnfinished(folder)
  return directory
}

/** What a killed run was writing. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []) // a folder of tensors is made with its first file
  for (const name of names) if (name.endsWith('.new')) await rm(join(folder, name), { force: true })
}

function directoryOf(path: string, file: FileHandle, count: number, bytes: number): RunDirectory {
  let [stored, size] = [count, bytes]
  return {
    stored: () => stored,
    tensors: (index) => {
      const number = (value: number, digits: number): string => String(value).padStart(digits, '0')
      const name = `tensors/${number(Math.floor(index / filesPerFolder), 4)}/${number(index, 7)}.safetensors`
      return { name, path: join(path, name) }
    },
    append: async (rows) => {
      if ((await file.stat()).size !== size) {
        throw new UsageError(`Another run writes to ${path} at the same time; give each its own directory`)
      }
      const text = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
      await file.appendFile(text)
      stored += rows.length
      size += text.byteLength
    },
    flush: () => file.datasync(),
    rows: () => readRows(join(path, rowsName)),
    summarise: (summary) => writeWhole(join(path, 'summary.json'), `${JSON.stringify(summary, null, 1)}\n`),
    close: async () => {
      await file.sync()
      await file.close()
    },
  }
}

async function compareManifests(path: string, wanted: Manifest): Promise<void> {
  const text = await readFile(join(path, manifestName), 'utf8')
  const parsed = manifestSchema.safeParse(parseJson(text))
  if (!parsed.success)
    throw new UsageError(`${join(path, manifestName)} is no manifest of a run; give another directory`)
  const [before, now] = [listParameters(parsed.data), listParameters(wanted)]
  for (const name of new Set([...before.keys(), ...now.keys()])) {
    const [was, is] = [before.get(name) ?? 'not given', now.get(name) ?? 'not given']
    if (was === is) continue
    throw new UsageError(
      `${path} was made with another ${name} (${was}; this run: ${is}); give the same, or another directory`,
    )
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // told of by whoever finds no manifest in it
  }
}

/** Everything two runs must share, by the name a person knows it by. */
function listParameters({ parameters, corpus, ...rest }: Manifest): ReadonlyMap<string, string> {
  return new Map([
    ['command', rest.command],
    ['engine version', rest.engine],
    ['checkpoint', rest.checkpoint],
    ['corpus', `${corpus.rows} rows, ${corpus.sha256.slice(0, 12)}`],
    ['device', rest.device],
    ...Object.entries(parameters).map(([name, value]) => [`--${name}`, value === true ? 'given' : value] as const),
  ])
}

/** How many whole rows stand in a file, and how many bytes they take. */
async function measureRows(file: FileHandle): Promise<{ readonly count: number; readonly bytes: number }> {
  let [count, bytes, position] = [0, 0, 0]
  let pending = ''
  const buffer = Buffer.alloc(2 ** 18)
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) return { count, bytes }
    position += bytesRead
    // One byte per character, so that lengths are those of the file; only the index is read from it.
    const lines = (pending + buffer.toString('latin1', 0, bytesRead)).split('\n')
    pending = lines.pop()!
    for (const line of lines) {
      const row = storedRow.safeParse(parseJson(line))
      if (!row.success || row.data.index !== count) return { count, bytes }
      count += 1
      bytes += line.length + 1
    }
  }
}

async function* readRows(path: string): AsyncGenerator<StoredRow> {
  const file = await open(path)
  try {
    for await (const line of createInterface({
      input: file.createReadStream({ encoding: 'utf8' }),
      crlfDelay: Infinity,
    })) {
      yield storedRow.parse(JSON.parse(line))
    }
  } finally {
    await file.close().catch(() => {}) // the stream has closed it where it was read to the end
  }
}
