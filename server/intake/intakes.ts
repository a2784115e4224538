/** Corpus files on their way into workspaces: received, surveyed, and kept for a day. */
import { constants, copyFile, mkdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ParsedCorpus } from '../corpus/rows.ts'
import { Refusal } from '../errors.ts'
import { appendPiece, limitBytes } from '../files/receiving.ts'
import type { Space } from '../files/space.ts'
import { type RandomBytes, makeId } from '../identity.ts'
import { printable } from '../text.ts'
import { type ChangeIntakeRequest, type IntakeReply, LARGEST_INTAKE } from '../wire/intakes.ts'
import { type Surveyed, type Wish, surveyFile } from './survey.ts'
import { takeCorpus } from './take.ts'

export interface Intakes {
  /** Begins an upload. */
  open(person: string, file: { readonly name: string; readonly bytes: number }): Promise<IntakeReply>
  /** Takes a copy of a file of this machine. */
  copy(person: string, path: string): Promise<IntakeReply>
  /** Appends a piece of an upload; the last one begins the survey. */
  receive(person: string, id: string, at: number, chunks: AsyncIterable<Uint8Array>): Promise<IntakeReply>
  find(person: string, id: string): IntakeReply
  /** Reads the file in another way. */
  change(person: string, id: string, wish: ChangeIntakeRequest): IntakeReply
  /** The corpus as the survey says; `skipBroken` leaves out the rows that cannot be taken. */
  take(person: string, id: string, skipBroken: boolean): Promise<ParsedCorpus>
  remove(person: string, id: string): Promise<void>
}

export interface IntakesDeps {
  /** A folder of their own; what a server that ended left in it is removed. */
  readonly directory: string
  readonly space: Space
  readonly random: RandomBytes
  now(): Date
  log(line: string): void
}

interface Intake {
  readonly id: string
  readonly person: string
  readonly name: string
  readonly bytes: number
  readonly path: string
  readonly opened: number
  state: IntakeReply['state']
  done: number
  problem: string | null
  wish: Wish
  surveyed: Surveyed | null
  /** A piece is being appended: another one for the same place would be written behind it. */
  isBusy: boolean
  /** Counts the readings begun; an older one stops when it sees a newer. */
  reading: number
}

const DAY_MS = 86_400_000
/** Of one person at a time. */
const MOST_OPEN = 8

export async function openIntakes(deps: IntakesDeps): Promise<Intakes> {
  await rm(deps.directory, { recursive: true, force: true })
  const intakes = new Map<string, Intake>()
  const find = (person: string, id: string): Intake => {
    const intake = intakes.get(id)
    if (intake?.person === person) return intake
    throw new Refusal('not-found', 'this file is no longer here: it is kept for a day. Choose it again', {
      field: 'corpus.intake',
    })
  }
  const remove = async ({ id, path }: Intake): Promise<void> => {
    intakes.delete(id)
    await rm(join(path, '..'), { recursive: true, force: true })
  }
  const begin = async (person: string, name: string, bytes: number): Promise<Intake> => {
    for (const old of intakes.values()) if (deps.now().getTime() - old.opened > DAY_MS) await remove(old)
    const own = [...intakes.values()].filter((intake) => intake.person === person)
    for (const old of own.slice(0, Math.max(0, own.length - MOST_OPEN + 1))) await remove(old)
    await deps.space.require(bytes)
    const id = makeId(deps.random)
    await mkdir(join(deps.directory, id), { recursive: true })
    const intake = makeIntake(id, person, { name, bytes, directory: deps.directory, opened: deps.now().getTime() })
    intakes.set(id, intake)
    return intake
  }
  return {
    open: async (person, { name, bytes }) => {
      if (bytes === 0) throw new Refusal('bad-request', 'The file is empty: take one with at least one row')
      return describe(await begin(person, name, bytes))
    },
    copy: async (person, path) => {
      const { size } = await checkFile(path)
      const intake = await begin(person, basename(path).slice(0, 120), size)
      await copyFile(path, intake.path, constants.COPYFILE_FICLONE)
      intake.done = size
      startReading(intake, deps)
      return describe(intake)
    },
    receive: async (person, id, at, chunks) => {
      const intake = find(person, id)
      if (intake.state !== 'receiving') throw new Refusal('conflict', 'the file is here already. Begin a new one')
      if (intake.isBusy) {
        throw new Refusal('conflict', 'a piece is still arriving. Try again in a moment', { field: 'at' })
      }
      intake.isBusy = true
      try {
        intake.done = await appendPiece(intake.path, at, limitBytes(chunks, intake.bytes - at))
      } finally {
        intake.isBusy = false
      }
      if (intake.done === intake.bytes) startReading(intake, deps)
      return describe(intake)
    },
    find: (person, id) => describe(find(person, id)),
    change: (person, id, { fields, leaveOut, encoding, delimiter }) => {
      const intake = find(person, id)
      if (intake.state === 'receiving') throw new Refusal('conflict', 'the file is still arriving. Wait for it')
      const { wish } = intake
      intake.wish = {
        fields: fields === undefined ? wish.fields : fields,
        leaveOut: leaveOut ?? wish.leaveOut,
        encoding: encoding ?? wish.encoding,
        delimiter: delimiter ?? wish.delimiter,
      }
      startReading(intake, deps)
      return describe(intake)
    },
    take: async (person, id, skipBroken) => takeIn(find(person, id), skipBroken),
    remove: async (person, id) => remove(find(person, id)),
  }
}

function makeIntake(
  id: string,
  person: string,
  { name, bytes, directory, opened }: { name: string; bytes: number; directory: string; opened: number },
): Intake {
  const wish = { fields: null, leaveOut: [] }
  const path = join(directory, id, 'content')
  const start = { state: 'receiving', done: 0, problem: null, surveyed: null, isBusy: false, reading: 0 } as const
  return { id, person, name, bytes, path, opened, wish, ...start }
}

async function checkFile(path: string): Promise<{ readonly size: number }> {
  const found = await stat(path)
  if (!found.isFile()) throw new Refusal('bad-request', `${path} is a folder. Give the path of one file`)
  if (found.size === 0) throw new Refusal('bad-request', 'The file is empty: take one with at least one row')
  if (found.size <= LARGEST_INTAKE) return found
  throw new Refusal('too-large', `${path} has more than ${LARGEST_INTAKE / 2 ** 30} GB. Take a part of it`)
}

/** Surveys in the background; a reading that began before this one gives up. */
function startReading(intake: Intake, { log }: IntakesDeps): void {
  const reading = ++intake.reading
  Object.assign(intake, { state: 'reading', done: 0, problem: null, surveyed: null })
  const isOld = (): boolean => intake.reading !== reading
  const onRead = (bytes: number): void => {
    if (isOld()) throw new Error('another reading began')
    intake.done = bytes
  }
  const read = async (): Promise<void> => {
    try {
      const surveyed = await surveyFile(intake.path, intake.name, intake.wish, onRead)
      if (!isOld()) Object.assign(intake, { state: 'ready', done: intake.bytes, surveyed })
    } catch (error) {
      if (isOld()) return
      if (!(error instanceof Refusal)) log(`intake: ${printable(String(error))}`)
      const message = error instanceof Refusal ? error.message : 'internal: the file could not be read'
      Object.assign(intake, { state: 'refused', problem: message })
    }
  }
  void read()
}

async function takeIn(intake: Intake, skipBroken: boolean): Promise<ParsedCorpus> {
  const { surveyed, path } = intake
  if (surveyed === null) {
    throw new Refusal('conflict', intake.problem ?? 'the file is still being read. Wait for it', {
      field: 'corpus.intake',
    })
  }
  const { rows, broken, seen, problems } = surveyed.survey
  const [first] = problems
  const named = first === undefined ? '' : ` ${first.place}: ${first.message}.`
  if (rows === 0) throw new Refusal('bad-request', `no row can be taken.${named} Choose other columns, or another file`)
  if (broken > 0 && !skipBroken) {
    const counts = `${broken.toLocaleString('en')} of ${seen.toLocaleString('en')} rows cannot be taken`
    throw new Refusal('conflict', `${counts}.${named} Say that they may be left out, or mend the file`, {
      field: 'corpus.skipBroken',
    })
  }
  return takeCorpus(path, surveyed)
}

const describe = ({ id, name, bytes, state, done, problem, surveyed }: Intake): IntakeReply => ({
  id,
  name,
  bytes,
  state,
  done,
  problem,
  survey: surveyed?.survey ?? null,
})
