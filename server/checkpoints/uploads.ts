/** Checkpoints that are uploaded: received file by file, checked as they come, then moved among the others and registered. */
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ComputeError, isUserError, loadHub } from '#compute/index.ts'
import { Refusal } from '../errors.ts'
import { appendPiece, limitBytes } from '../files/receiving.ts'
import type { Space } from '../files/space.ts'
import { type RandomBytes, makeId } from '../identity.ts'
import { printable } from '../text.ts'
import { type ArrivalReply, LARGEST_UPLOAD, type UploadRequest } from '../wire/arrivals.ts'
import { type Hub, estimate } from './estimate.ts'
import type { Registry } from './registry.ts'

export interface Uploads {
  list(): readonly ArrivalReply[]
  /** Chooses what is needed of a folder; an upload of the same files by the same person goes on. Throws a Refusal that names what is missing. */
  open(person: string, request: UploadRequest): Promise<ArrivalReply>
  /** Appends a piece to the first file that is not whole. What cannot become a checkpoint is refused and removed. */
  receive(
    person: string,
    id: string,
    place: { readonly file: string; readonly at: number },
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<ArrivalReply>
  /** Removes what was received; nothing where the checkpoint is being read or was registered. False where there is no such upload. */
  remove(id: string): Promise<boolean>
}

export interface UploadsDeps {
  /** A folder of their own for what is not whole; what a server that ended left in it is removed. */
  readonly directory: string
  /** Takes the folders that are whole. */
  readonly target: string
  readonly registry: Registry
  readonly space: Space
  readonly random: RandomBytes
  now(): Date
  log(line: string): void
}

interface UploadedFile {
  readonly name: string
  readonly bytes: number
  readonly isWeights: boolean
  done: number
  /** Whether its header fits its size. */
  isChecked: boolean
}

interface Upload {
  readonly id: string
  readonly person: string
  readonly name: string
  readonly folder: string
  /** What was asked for, to know the same folder again. */
  readonly request: string
  readonly needed: ReturnType<Hub['chooseNeeded']>
  files: readonly UploadedFile[]
  leftOut: readonly string[]
  state: 'receiving' | 'reading' | 'done' | 'failed'
  estimate: ArrivalReply['estimate']
  problem: string | null
  checkpoint: string | null
  /** When something last came. */
  touched: number
  isBusy: boolean
}

const DAY_MS = 86_400_000
/** At one time, of everybody together. */
const MOST_OPEN = 4
/** Files beside the weights are read as a whole. */
const LARGEST_SMALL = 128 * 2 ** 20

export async function openUploads(deps: UploadsDeps): Promise<Uploads> {
  await rm(deps.directory, { recursive: true, force: true })
  const uploads = new Map<string, Upload>()
  const remove = async (upload: Upload): Promise<void> => {
    uploads.delete(upload.id)
    await rm(upload.folder, { recursive: true, force: true })
  }
  const removeOld = async (): Promise<void> => {
    const isOld = ({ touched, state }: Upload): boolean =>
      state !== 'reading' && deps.now().getTime() - touched > DAY_MS
    for (const old of [...uploads.values()].filter(isOld)) await remove(old)
  }
  return {
    list() {
      void removeOld()
      return [...uploads.values()].map(describe)
    },
    async open(person, request) {
      await removeOld()
      const wanted = JSON.stringify(request)
      const open = [...uploads.values()].filter(({ state }) => state === 'receiving')
      const same = open.find((upload) => upload.person === person && upload.request === wanted)
      if (same !== undefined) return describe(same)
      if (open.length >= MOST_OPEN) {
        throw new Refusal('too-many', `${MOST_OPEN} checkpoints are being uploaded. Wait for one, or cancel it`)
      }
      const upload = await plan(person, request, deps)
      await deps.space.require([upload, ...open].reduce((sum, { files }) => sum + missingOf(files), 0))
      await mkdir(upload.folder, { recursive: true })
      uploads.set(upload.id, upload)
      return describe(upload)
    },
    async receive(person, id, place, chunks) {
      const upload = uploads.get(id)
      const isThere = (): boolean => upload !== undefined && uploads.has(id)
      const gone = new Refusal(
        'not-found',
        'this upload is no longer here: it is kept for a day. Choose the folder again',
      )
      if (upload?.person !== person) throw gone
      try {
        await append(upload, place, chunks, deps)
      } catch (error) {
        throw isThere() ? error : gone
      }
      if (!isThere()) throw gone
      if (missingOf(upload.files) === 0) void finish(upload, deps)
      return describe(upload)
    },
    async remove(id) {
      const upload = uploads.get(id)
      if (upload !== undefined && upload.state !== 'reading') await remove(upload)
      return upload !== undefined
    },
  }
}

const sizeOf = (files: readonly UploadedFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)
const missingOf = (files: readonly UploadedFile[]): number =>
  files.reduce((sum, file) => sum + file.bytes - file.done, 0)

async function plan(person: string, request: UploadRequest, { directory, random, now }: UploadsDeps): Promise<Upload> {
  const hub = await loadHub()
  const sizes = new Map(request.files.map(({ name, bytes }) => [name, bytes]))
  const needed = await asRefusal(() => hub.chooseNeeded(new Set(sizes.keys())))
  const files = [...needed.small, ...needed.weights].map((name) => {
    const isWeights = needed.weights.includes(name)
    return { name, bytes: sizes.get(name) ?? 0, isWeights, done: 0, isChecked: !name.endsWith('.safetensors') }
  })
  for (const { name, bytes, isWeights } of files) {
    if (bytes === 0) throw new Refusal('bad-request', `${name} is empty. Fetch the checkpoint again, then choose it`)
    if (!isWeights && bytes > LARGEST_SMALL) {
      throw new Refusal('too-large', `${name} has more than ${LARGEST_SMALL / 2 ** 20} MB, too many for what it is`)
    }
  }
  if (sizeOf(files) > LARGEST_UPLOAD) {
    throw new Refusal(
      'too-large',
      `the files have more than ${LARGEST_UPLOAD / 2 ** 30} GB together. Take a smaller model`,
    )
  }
  const id = makeId(random)
  const leftOut = [...sizes.keys()].filter((name) => !files.some((file) => file.name === name))
  const none = { estimate: null, problem: null, checkpoint: null, isBusy: false }
  const start = { folder: join(directory, id), touched: now().getTime(), state: 'receiving', ...none } as const
  return { id, person, name: request.name, request: JSON.stringify(request), needed, files, leftOut, ...start }
}

/** Appends to the one file whose turn it is, and checks what can be checked by now. */
async function append(
  upload: Upload,
  { file: name, at }: { readonly file: string; readonly at: number },
  chunks: AsyncIterable<Uint8Array>,
  deps: UploadsDeps,
): Promise<void> {
  const file = upload.files.find(({ done, bytes }) => done < bytes)
  if (file === undefined || upload.state !== 'receiving') {
    throw new Refusal('conflict', upload.problem ?? 'the files are here already. Wait until they are read')
  }
  if (file.name !== name) {
    throw new Refusal('conflict', `${file.name} comes next. Send it from byte ${file.done} on`, { field: 'file' })
  }
  if (upload.isBusy) throw new Refusal('conflict', 'a piece is still arriving. Try again in a moment', { field: 'at' })
  await deps.space.require(missingOf([file]))
  upload.isBusy = true
  upload.touched = deps.now().getTime()
  try {
    const path = join(upload.folder, file.name)
    await mkdir(dirname(path), { recursive: true })
    file.done = await appendPiece(path, at, limitBytes(chunks, file.bytes - at))
    await asRefusal(() => check(upload, file, deps)).catch((refusal: unknown) => refuse(upload, refusal))
  } finally {
    upload.isBusy = false
  }
}

async function refuse(upload: Upload, error: unknown): Promise<never> {
  if (error instanceof Refusal) {
    Object.assign(upload, { state: 'failed', problem: error.message })
    await rm(upload.folder, { recursive: true, force: true })
  }
  throw error
}

/** The configuration tells the architecture, the index the files of the weights, and the start of a safetensors file its size. */
async function check(upload: Upload, file: UploadedFile, { space }: UploadsDeps): Promise<void> {
  const { name, bytes, done } = file
  const hub = await loadHub()
  const path = join(upload.folder, name)
  if (!file.isChecked) file.isChecked = await hub.checkHeader(path, bytes, name)
  if (done < bytes || (name !== 'config.json' && name !== upload.needed.index)) return
  if (name === upload.needed.index) {
    const shards = hub.chooseShards(upload.needed, await readFile(path, 'utf8'))
    const isExtra = ({ name: other, isWeights }: UploadedFile): boolean => isWeights && !shards.includes(other)
    upload.leftOut = [...upload.leftOut, ...upload.files.filter(isExtra).map((extra) => extra.name)]
    upload.files = upload.files.filter((other) => !isExtra(other))
  }
  const config = hub.parseJsonObject(await readFile(join(upload.folder, 'config.json'), 'utf8'), 'config.json')
  const all = sizeOf(upload.files)
  const found = hub.readConfig(config, sizeOf(upload.files.filter(({ isWeights }) => isWeights)))
  upload.estimate = await estimate(upload.name, { ...found, bytes: all, missing: all }, hub, space)
}

/** Throws what compute refuses as a Refusal. */
async function asRefusal<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!isUserError(cause) || !(cause instanceof ComputeError)) throw cause
    const kind = cause.kind === 'unsupported' ? 'unsupported' : 'bad-request'
    throw new Refusal(kind, cause.message, { cause, field: 'files' })
  }
}

/** Moves the folder to its place and registers it there; one that cannot be opened is removed. */
async function finish(upload: Upload, { target, registry, log }: UploadsDeps): Promise<void> {
  upload.state = 'reading'
  const folder = join(target, upload.id)
  try {
    await mkdir(target, { recursive: true })
    await rename(upload.folder, folder)
    const { id } = await registry.register(folder, { name: upload.name })
    Object.assign(upload, { state: 'done', checkpoint: id })
  } catch (error) {
    if (!isUserError(error)) log(`upload: ${printable(String(error))}`)
    await rm(folder, { recursive: true, force: true })
    // People do not know the folder, only its files.
    const message = (error instanceof Error ? error.message : String(error)).replaceAll(`${folder}/`, '')
    Object.assign(upload, { state: 'failed', problem: message })
  }
}

const describe = ({ id, name, state, files, leftOut, estimate, problem, checkpoint }: Upload): ArrivalReply => ({
  id,
  name,
  state,
  estimate,
  done: files.reduce((sum, { done }) => sum + done, 0),
  total: sizeOf(files),
  rate: null,
  problem,
  upload: {
    files: files.map(({ name: file, bytes, done, isWeights }) => ({ name: file, bytes, done, isWeights })),
    leftOut: [...leftOut],
  },
  checkpoint,
})
