/** The documents that are open. A document is one room at a time: opening, replacing and leaving memory happen one after another. */
import { CollabError } from './errors.ts'
import { layoutOf } from './layout.ts'
import { Room, type RoomDeps } from './room.ts'
import { closeCodes } from './wire/close-codes.ts'
import type { DocumentName } from './wire/identifiers.ts'

/** How long edits that were accepted may take to be stored before something else must happen. */
const STORING_MS = 5_000

export class Rooms {
  readonly #deps: RoomDeps
  readonly #rooms = new Map<string, Room>()
  readonly #lanes = new Map<string, Promise<unknown>>()
  readonly #lingering = new Map<Room, NodeJS.Timeout>()
  #isClosed = false

  constructor(deps: RoomDeps) {
    this.#deps = deps
  }

  /** The room of a document, loaded when it is not open; null where there is no such document. */
  async open(workspace: string, document: DocumentName): Promise<Room | null> {
    const key = keyOf(workspace, document)
    const room = this.#rooms.get(key)
    if (room !== undefined && !this.#lanes.has(key)) return room
    return await this.#inTurn(key, async () => this.#rooms.get(key) ?? (await this.#load(workspace, document)))
  }

  /** Stores a new document. Throws a CollabError `bad-document` where it exists. */
  async create(workspace: string, document: DocumentName, state: Uint8Array): Promise<void> {
    await this.#inTurn(keyOf(workspace, document), async () => {
      const exists = (await this.#deps.journal.load(workspace, document)) !== null
      if (exists)
        throw new CollabError('bad-document', `${document} exists already in ${workspace}. Choose another id.`)
      await this.#deps.journal.create(workspace, document, state)
    })
  }

  /** Puts another history in place of a document's and sends everybody away who holds the old one. */
  async replace(workspace: string, document: DocumentName, state: Uint8Array): Promise<void> {
    await this.#deps.trials.checkState(state, layoutOf(document), this.#deps.limits.documentBytes)
    await this.#inTurn(keyOf(workspace, document), async () => {
      const room = this.#rooms.get(keyOf(workspace, document)) ?? null
      room?.freeze(true)
      try {
        const isStored = room === null || (await room.stored(STORING_MS))
        if (!isStored)
          throw new CollabError('unavailable', 'The document has edits that cannot be stored now. Try again later.')
        await this.#deps.journal.create(workspace, document, state)
      } catch (error) {
        room?.freeze(false)
        throw error
      }
      if (room === null) return
      room.closeAll(closeCodes.epochChanged, 'the document was replaced')
      this.#forget(room)
    })
  }

  /** Lets go of a workspace's rooms, with what they accepted stored. */
  async closeWorkspace(workspace: string): Promise<void> {
    const keys = [...this.#rooms.keys(), ...this.#lanes.keys()].filter((key) => key.startsWith(`${workspace}/`))
    await Promise.all([...new Set(keys)].map(async (key) => await this.#inTurn(key, async () => await this.#end(key))))
  }

  /** From now on nothing more is taken in. */
  freeze(): void {
    for (const room of this.#rooms.values()) room.freeze(true)
  }

  /** Forgets every room; flush the journal first. */
  close(): void {
    this.#isClosed = true
    for (const room of this.#rooms.values()) this.#forget(room)
  }

  async #load(workspace: string, document: DocumentName): Promise<Room | null> {
    const stored = await this.#deps.journal.load(workspace, document)
    if (this.#isClosed) throw new CollabError('unavailable', 'The server is stopping. Try again later.')
    if (stored === null) return null
    const room: Room = new Room(this.#deps, workspace, document, stored, () => this.#linger(room))
    this.#rooms.set(keyOf(workspace, document), room)
    this.#linger(room)
    return room
  }

  /** Keeps an empty room for a while: a reload is quick, and so is somebody who comes right after. */
  #linger(room: Room): void {
    clearTimeout(this.#lingering.get(room))
    if (this.#isClosed || room.isClosed) return
    const timer = setTimeout(() => void this.#unload(room), this.#deps.limits.lingerMs)
    timer.unref()
    this.#lingering.set(room, timer)
  }

  async #unload(room: Room): Promise<void> {
    await this.#inTurn(keyOf(room.workspace, room.document), async () => {
      if (!room.isEmpty || room.isClosed) return
      await room.stored(STORING_MS)
      await room.compact()
      if (!room.isEmpty || room.isClosed) return
      // What cannot be stored stays in memory, and is tried again for as long as it takes.
      if (room.hasUnstored) this.#linger(room)
      else this.#forget(room)
    })
  }

  async #end(key: string): Promise<void> {
    const room = this.#rooms.get(key)
    if (room === undefined) return
    room.freeze(true)
    room.closeAll(closeCodes.noDocument, 'the workspace was deleted')
    const isStored = await room.stored(this.#deps.limits.closeMs)
    if (!isStored) this.#deps.log(`collab: ${key} is closed without its last edits, which nobody was told were saved`)
    this.#forget(room)
  }

  #forget(room: Room): void {
    clearTimeout(this.#lingering.get(room))
    this.#lingering.delete(room)
    this.#rooms.delete(keyOf(room.workspace, room.document))
    room.close()
  }

  /** Runs what concerns one document after everything that was asked of it before. */
  async #inTurn<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const run = (this.#lanes.get(key) ?? Promise.resolve()).then(task, task)
    this.#lanes.set(key, run)
    try {
      return await run
    } finally {
      if (this.#lanes.get(key) === run) this.#lanes.delete(key)
    }
  }
}

const keyOf = (workspace: string, document: DocumentName): string => `${workspace}/${document}`
