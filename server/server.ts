import type { ComputePool } from '#compute/types.ts'
import { makeClosing } from './closing.ts'
import { openStorage } from './db/storage.ts'
import { listen } from './listen.ts'
import type { Settings } from './settings.ts'

/** What a server is made with beside its settings; tests give a smaller compute and another clock. */
export interface ServerDoors {
  openPool(settings: Settings, log: (line: string) => void): Promise<ComputePool>
  /** Version of what computes. */
  readonly engine: string
  /** Version of Coattend. */
  readonly version: string
  now(): Date
  log(line: string): void
}

export interface RunningServer {
  readonly url: string
  /** Resolves when the server cannot go on. */
  readonly failed: Promise<Error>
  /** Stores everything, ends the compute processes, lets go of the directory. */
  close(): Promise<void>
}

/** Opens everything and serves; throws, with nothing left open, where something is in the way. */
export async function openServer(settings: Settings, doors: ServerDoors): Promise<RunningServer> {
  const { host, port, data: directory, databaseUrl: url } = settings
  const closing = makeClosing(doors.log)
  try {
    const listener = await closing.open(listen(host, port), (opened) => opened.close())
    const storage = closing.open(openStorage({ directory, url, log: doors.log }), (opened) => opened.close())
    const pool = closing.open(doors.openPool(settings, doors.log), (opened) => opened.close())
    // Loading the libraries of the rooms takes as long as starting the database and the compute processes: they do so meanwhile.
    const { openHouse } = await import('./house.ts')
    const { failed } = await openHouse(settings, doors, { listener, storage, pool }, closing)
    // Closed first: nobody may ask for anything while the rest is being closed.
    await closing.open(listener, (opened) => opened.refuse())
    return { url: `http://${host.includes(':') ? `[${host}]` : host}:${listener.port}`, failed, close: closing.close }
  } catch (error) {
    await closing.close()
    throw error
  }
}
