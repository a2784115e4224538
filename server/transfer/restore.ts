import { createHash } from 'node:crypto'
import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate'
import type { z } from 'zod'
import type { DocumentName } from '#collab/wire/identifiers.ts'
import type { Registry } from '../checkpoints/registry.ts'
import type { CorpusRow } from '../corpus/rows.ts'
import type { StoredOutput } from '../db/outputs.ts'
import { Refusal } from '../errors.ts'
import type { NewWorkspace } from '../workspaces/make.ts'
import { ARCHIVE_FORMAT, about, complete, derivedLine, documentOf, instanceLine, names, outputLine } from './archive.ts'

/** Largest content that is unpacked: a small file can hold a very large one. */
const MOST_BYTES = 1_024 * 2 ** 20
const MOST_FILES = 20_000

/** What an archive holds, read and checked. */
export type Restored = Omit<NewWorkspace, 'id' | 'owner'>

/** Reads an archive as it arrives. Throws a Refusal that names the file in it. */
export async function readArchive(chunks: AsyncIterable<Uint8Array>, registry: Registry): Promise<Restored> {
  const files = await unpack(chunks)
  checkComplete(files)
  const said = parseJson(files, names.about, about)
  if (said.format > ARCHIVE_FORMAT) {
    throw refuse(names.about, `it was exported by a newer Coattend (${said.application}). Restore it there`)
  }
  const rows = parseLines(files, names.instances, instanceLine).map((row, ordinal): CorpusRow => ({ ...row, ordinal }))
  const ids = new Set(rows.map(({ id }) => id))
  if (rows.length === 0 || ids.size !== rows.length)
    throw refuse(names.instances, 'it has no instances, or two with one id')
  const outputs = parseLines(files, names.outputs, outputLine).map((output): StoredOutput => ({
    ...output,
    chunk: null,
  }))
  const derived = files.has(names.derived) ? parseLines(files, names.derived, derivedLine) : []
  const twice = derived.find(({ id }, index) => ids.has(id) || derived.findIndex((row) => row.id === id) !== index)
  if (twice !== undefined) throw refuse(names.derived, `there are two instances "${twice.id}"`)
  const stray = outputs.find(({ instance }) => !ids.has(instance))
  if (stray !== undefined) throw refuse(names.outputs, `there is no instance "${stray.instance}"`)
  return {
    ...said.workspace,
    example: false,
    checkpoint: await findCheckpoint(said.checkpoint, registry),
    corpusName: said.corpus.name,
    corpus: { columns: said.corpus.columns, rows, bytes: said.corpus.bytes },
    outputs: [
      ...outputs,
      ...derived.flatMap(({ id, output }) => (output === null ? [] : [{ ...output, instance: id, chunk: null }])),
    ],
    derived: derived.map(({ output: _, origin, ...row }) => ({ ...row, origin: { ...origin, by: null } })),
    documents: listDocuments(files),
  }
}

/** The registered checkpoint with the same files, whatever it is called here; else the name, for it to be imported later. */
async function findCheckpoint(wanted: { id: string; revision: string | null }, registry: Registry): Promise<string> {
  const same = (await registry.list()).filter(({ summary }) => summary?.revision === wanted.revision)
  return same.some(({ id }) => id === wanted.id) ? wanted.id : (same[0]?.id ?? wanted.id)
}

type Files = ReadonlyMap<string, Uint8Array>

async function unpack(chunks: AsyncIterable<Uint8Array>): Promise<Files> {
  const files = new Map<string, Uint8Array>()
  let total = 0
  const unzip = new Unzip((file) => {
    if (files.size >= MOST_FILES) throw refuse(file.name, 'there are too many files')
    if (files.has(file.name)) throw refuse(file.name, 'it is there twice')
    const pieces: Uint8Array[] = []
    files.set(file.name, new Uint8Array(0))
    file.ondata = (error, piece, final) => {
      if (error) throw error
      total += piece.byteLength
      if (total > MOST_BYTES)
        throw new Refusal('too-large', `the archive unpacks to more than ${MOST_BYTES / 2 ** 20} MB`)
      pieces.push(piece)
      if (final) files.set(file.name, Buffer.concat(pieces))
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  unzip.register(UnzipPassThrough)
  try {
    for await (const chunk of chunks) unzip.push(chunk)
    unzip.push(new Uint8Array(0), true)
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    throw new Refusal('bad-request', 'this is no zip file, or it is damaged. Take the file that an export gave', {
      cause,
    })
  }
  return files
}

/** Every file must be there as it was written; one that is missing or changed tells that the archive was cut or edited. */
function checkComplete(files: Files): void {
  const { files: hashes } = parseJson(files, names.complete, complete)
  for (const [name, hash] of Object.entries(hashes)) {
    const bytes = files.get(name)
    if (bytes === undefined) throw refuse(name, 'it is missing. Take the file as the export gave it')
    if (createHash('sha256').update(bytes).digest('hex') !== hash) {
      throw refuse(name, 'it was changed or damaged. Take the file as the export gave it')
    }
  }
}

function listDocuments(files: Files): ReadonlyMap<DocumentName, Uint8Array> {
  const documents = new Map<DocumentName, Uint8Array>()
  for (const [file, bytes] of files) {
    const name = documentOf(file)
    if (name !== null) documents.set(name, bytes)
  }
  return documents
}

function parseJson<T>(files: Files, name: string, schema: z.ZodType<T>): T {
  const bytes = files.get(name)
  if (bytes === undefined) throw refuse(name, 'it is missing. Take the file that an export gave')
  return parseText(new TextDecoder().decode(bytes), name, schema)
}

function parseLines<T>(files: Files, name: string, schema: z.ZodType<T>): T[] {
  const bytes = files.get(name)
  if (bytes === undefined) throw refuse(name, 'it is missing. Take the file that an export gave')
  const lines = new TextDecoder().decode(bytes).split('\n')
  return lines.flatMap((line, index) => (line === '' ? [] : [parseText(line, `${name}, line ${index + 1}`, schema)]))
}

function parseText<T>(text: string, place: string, schema: z.ZodType<T>): T {
  // As a name this would become the prototype of what is read.
  if (/"__proto__"\s*:/.test(text)) throw refuse(place, 'it has a field called "__proto__"')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse(place, `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(place, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`)
}

function refuse(place: string, what: string): Refusal {
  return new Refusal('bad-request', `the archive's ${place.slice(0, 200)}: ${what}`)
}
