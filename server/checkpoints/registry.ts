import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { CheckpointSummary } from '#compute/types.ts'
import { identifier } from '#collab/wire/identifiers.ts'
import { Refusal } from '../errors.ts'
import { writeWhole } from '../files/store.ts'
import { type CheckpointReply, checkpointSummary, knownLanguages } from '../wire/checkpoints.ts'
import { exampleCheckpoints } from './examples.ts'

/**
 * The checkpoints that workspaces can be made over: one JSON file each in the folder `checkpoints` of the data directory. Files,
 * because the command line registers one while a server holds the database.
 */
export interface Registry {
  list(): Promise<readonly CheckpointReply[]>
  /** null where none has this id. */
  find(id: string): Promise<RegisteredCheckpoint | null>
  /** Registers a folder, or finds it registered; reads it first, so that one that cannot be opened is refused. */
  register(folder: string, options?: { readonly id?: string; readonly name?: string }): Promise<CheckpointReply>
}

export interface RegisteredCheckpoint {
  readonly folder: string
  readonly reply: CheckpointReply
}

export interface RegistryDeps {
  /** The folder `checkpoints` of the data directory. */
  readonly directory: string
  /** Reads a checkpoint folder; rejects with a ComputeError. */
  inspect(folder: string): Promise<CheckpointSummary>
}

const entrySchema = z.object({
  id: identifier,
  name: z.string(),
  folder: z.string(),
  /** Hash of names, sizes and times of the files: while it is the same, `summary` holds. */
  fingerprint: z.string(),
  /** An entry of an older Coattend lacks `languages`; its fingerprint has it read again. */
  summary: checkpointSummary.extend({ languages: knownLanguages.nullable().default(null) }),
})
type Entry = z.infer<typeof entrySchema>

export function openRegistry(deps: RegistryDeps): Registry {
  mkdirSync(deps.directory, { recursive: true })
  const inspecting = new Map<string, Promise<Entry>>()
  const refresh = (entry: Entry): Promise<Entry> => {
    const running = inspecting.get(entry.id) ?? inspectAnew(deps, entry).finally(() => inspecting.delete(entry.id))
    inspecting.set(entry.id, running)
    return running
  }
  return {
    async list() {
      const entries = readEntries(deps.directory)
      return Promise.all(entries.map(async (entry) => (await describe(entry, refresh)).reply))
    },
    async find(id) {
      const entry = readEntry(deps.directory, id)
      return entry === null ? null : describe(entry, refresh)
    },
    register: (folder, options = {}) => register(deps, folder, options),
  }
}

/** The entry as it is on disk now; a folder that changed is read again, one that cannot be read says why. */
async function describe(entry: Entry, refresh: (entry: Entry) => Promise<Entry>): Promise<RegisteredCheckpoint> {
  const { id, name, folder } = entry
  try {
    const current = fingerprintOf(folder) === entry.fingerprint ? entry : await refresh(entry)
    return { folder, reply: { id, name, summary: current.summary, problem: null } }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { folder, reply: { id, name, summary: null, problem: `${folder} cannot be opened: ${problem}` } }
  }
}

async function inspectAnew(
  deps: RegistryDeps,
  { id, name, folder }: Pick<Entry, 'id' | 'name' | 'folder'>,
): Promise<Entry> {
  const fingerprint = fingerprintOf(folder)
  const summary = checkpointSummary.parse(await deps.inspect(folder))
  const fresh: Entry = { id, name, folder, fingerprint, summary }
  await writeEntry(deps.directory, fresh)
  return fresh
}

async function register(
  deps: RegistryDeps,
  folder: string,
  { id: wanted, name = basename(folder) }: { readonly id?: string; readonly name?: string },
): Promise<CheckpointReply> {
  const entries = readEntries(deps.directory)
  const known = entries.find((entry) => entry.folder === folder && (wanted === undefined || entry.id === wanted))
  const id = wanted ?? known?.id ?? freeId(name, entries)
  if (known !== undefined && fingerprintOf(folder) === known.fingerprint) {
    return { id, name: known.name, summary: known.summary, problem: null }
  }
  const entry = await inspectAnew(deps, { id, name, folder })
  return { id, name: entry.name, summary: entry.summary, problem: null }
}

function freeId(name: string, entries: readonly Entry[]): string {
  const cleaned = name
    .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 70)
  const base = identifier.safeParse(cleaned).success ? cleaned : 'checkpoint'
  const taken = new Set<string>([...exampleCheckpoints, ...entries.map(({ id }) => id)])
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`
    if (!taken.has(id)) return id
  }
}

function readEntries(directory: string): readonly Entry[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'))
  return names
    .map((name) => readEntry(directory, name.slice(0, -'.json'.length)))
    .filter((entry) => entry !== null)
    .sort((a, b) => a.id.localeCompare(b.id, 'en'))
}

/** null where there is none, or where the file is no entry: a checkpoint that was half removed by hand is no reason to stop. */
function readEntry(directory: string, id: string): Entry | null {
  if (!identifier.safeParse(id).success) return null
  try {
    const parsed = entrySchema.safeParse(JSON.parse(readFileSync(join(directory, `${id}.json`), 'utf8')))
    return parsed.success && parsed.data.id === id ? parsed.data : null
  } catch {
    return null
  }
}

const writeEntry = (directory: string, entry: Entry): Promise<void> =>
  writeWhole(join(directory, `${entry.id}.json`), `${JSON.stringify(entry, null, 2)}\n`)

/** Changed whenever a summary says more than before, so that all checkpoints are read again. */
const FORM = 'with languages\0'

function fingerprintOf(folder: string): string {
  const hash = createHash('sha256').update(FORM)
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) continue
      const { size, mtimeMs } = statSync(join(folder, entry.name))
      hash.update(`${entry.name}\0${size}\0${mtimeMs}\0`)
    }
  } catch (cause) {
    throw new Refusal(
      'not-found',
      `the folder is gone or cannot be read. Put it back, or register the checkpoint anew`,
      {
        cause,
      },
    )
  }
  return hash.digest('hex')
}
