import { createHash } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import type { DocumentName } from '#collab/wire/identifiers.ts'
import { listDocuments } from '../db/documents.ts'
import { listDerived } from '../db/derived.ts'
import { readCorpus, readSlice } from '../db/instances.ts'
import { type StoredOutput, listOutputs, readOutput } from '../db/outputs.ts'
import { listComputed } from '../db/runs.ts'
import type { WorkspaceRow } from '../db/workspaces.ts'
import type { AppDeps } from '../deps.ts'
import { chosen } from '../languages.ts'
import { openRole } from '../wire/workspaces.ts'
import { ARCHIVE_FORMAT, type About, documentFile, names, resultFile } from './archive.ts'

type ExportDeps = Pick<AppDeps, 'database' | 'collab' | 'registry' | 'results' | 'version' | 'now'>

/** Instances read from the database at once. */
const SLICE = 250

/** One file of the archive: its name, and its bytes in pieces. */
interface Part {
  readonly name: string
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** A workspace as a zip file, made while it is sent. Hidden states are left out: they are computed anew from the checkpoint. */
export async function* exportWorkspace(workspace: WorkspaceRow, deps: ExportDeps): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = []
  const zip = new Zip((error, chunk) => {
    if (error) throw error
    chunks.push(chunk)
  })
  const hashes: Record<string, string> = {}
  for await (const part of listParts(workspace, deps)) {
    const hash = createHash('sha256')
    for await (const _ of addPart(zip, part, deps.now(), (bytes) => hash.update(bytes))) yield* chunks.splice(0)
    hashes[part.name] = hash.digest('hex')
  }
  const last = { name: names.complete, pieces: [toBytes({ files: hashes })] }
  for await (const _ of addPart(zip, last, deps.now(), () => {})) yield* chunks.splice(0)
  zip.end()
  yield* chunks.splice(0)
}

/** Adds a file; every step leaves what it produced with the zip's callback. */
async function* addPart(zip: Zip, part: Part, now: Date, see: (bytes: Uint8Array) => void): AsyncGenerator<void> {
  // Floats do not get smaller.
  const file = part.name.endsWith('.safetensors')
    ? new ZipPassThrough(part.name)
    : new ZipDeflate(part.name, { level: 6 })
  file.mtime = now
  zip.add(file)
  for await (const piece of part.pieces) {
    see(piece)
    file.push(piece)
    await breathe()
    yield
  }
  file.push(new Uint8Array(0), true)
  yield
}

async function* listParts(workspace: WorkspaceRow, deps: ExportDeps): AsyncGenerator<Part> {
  const { database, collab, results } = deps
  yield { name: names.about, pieces: [toBytes(await describe(workspace, deps))] }
  yield { name: names.instances, pieces: writeInstances(workspace.id, deps) }
  yield { name: names.outputs, pieces: writeOutputs(workspace.id, deps) }
  yield { name: names.derived, pieces: writeDerived(workspace.id, deps) }
  for (const name of await listDocuments(database, workspace.id)) {
    const state = await collab.encodeState(workspace.id, name as DocumentName) // only such names are stored
    if (state !== null) yield { name: documentFile(name), pieces: [state] }
  }
  const runs = await listComputed(database, workspace.id)
  yield { name: names.runs, pieces: [toLines(runs)] }
  for (const hash of new Set(runs.map((run) => run.result))) {
    const bytes = await results.read(hash)
    if (bytes !== null) yield { name: resultFile(hash), pieces: [bytes] }
  }
}

async function describe(workspace: WorkspaceRow, { database, registry, version }: ExportDeps): Promise<About> {
  const corpus = await readCorpus(database, workspace.id)
  const checkpoint = await registry.find(workspace.checkpoint)
  return {
    format: ARCHIVE_FORMAT,
    application: version,
    workspace: {
      name: workspace.name,
      description: workspace.description,
      openRole: openRole.parse(workspace.openRole),
      languages: chosen(workspace.languages),
    },
    checkpoint: { id: workspace.checkpoint, revision: checkpoint?.reply.summary?.revision ?? null },
    corpus: { name: corpus?.name ?? '', columns: [...(corpus?.columns ?? [])], bytes: corpus?.bytes ?? 0 },
  }
}

async function* slices(id: string, { database }: ExportDeps) {
  for (let from = 0; ;) {
    const rows = await readSlice(database, id, from, SLICE)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    from = last.ordinal + 1
  }
}

async function* writeInstances(id: string, deps: ExportDeps): AsyncGenerator<Uint8Array> {
  for await (const rows of slices(id, deps)) {
    yield toLines(
      rows.map(({ id, source, reference, attributes, data }) => ({ id, source, reference, attributes, data })),
    )
  }
}

async function* writeOutputs(id: string, deps: ExportDeps): AsyncGenerator<Uint8Array> {
  for await (const rows of slices(id, deps)) {
    const outputs = await listOutputs(
      deps.database,
      id,
      rows.map((row) => row.id),
    )
    yield toLines(outputs.map(withoutStates))
  }
}

async function* writeDerived(workspace: string, { database }: ExportDeps): AsyncGenerator<Uint8Array> {
  for (const { origin, ...row } of await listDerived(database, workspace)) {
    const { by: _, ...kept } = origin
    const stored = await readOutput(database, workspace, row.id)
    yield toLines([{ ...row, origin: kept, output: stored === null ? null : withoutStates(stored) }])
  }
}

const withoutStates = ({ chunk: _, ...output }: StoredOutput): Omit<StoredOutput, 'chunk'> => output

const toLines = (values: readonly unknown[]): Uint8Array =>
  Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''))

const toBytes = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
