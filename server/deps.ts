import type { ComputePool } from '#compute/types.ts'
import type { Collab } from '#collab/index.ts'
import type { Arrivals } from './checkpoints/arrivals.ts'
import type { PrepareCheckpoint } from './checkpoints/preparing.ts'
import type { Uploads } from './checkpoints/uploads.ts'
import type { Registry } from './checkpoints/registry.ts'
import type { Database } from './db/database.ts'
import type { FileStore } from './files/store.ts'
import type { Space } from './files/space.ts'
import type { RandomBytes } from './identity.ts'
import type { LocalFiles } from './files/allowed.ts'
import type { Intakes } from './intake/intakes.ts'
import type { Ledger } from './jobs/ledger.ts'
import type { Runs } from './jobs/runs.ts'
import type { Origins } from './origins.ts'
import type { Assets } from './assets.ts'
import type { Rate } from './middleware/rate.ts'

/** Everything the routes ask for. */
export interface AppDeps {
  readonly database: Database
  readonly ledger: Ledger
  readonly runs: Runs
  readonly registry: Registry
  readonly pool: ComputePool
  readonly prepare: PrepareCheckpoint
  readonly collab: Collab
  readonly results: FileStore
  readonly states: FileStore
  readonly space: Space
  readonly localFiles: LocalFiles
  /** Checkpoints on their way in. */
  readonly arrivals: Arrivals
  /** Checkpoints that are being uploaded. */
  readonly uploads: Uploads
  /** Corpus files on their way into workspaces. */
  readonly intakes: Intakes
  readonly origins: Origins
  readonly assets: Assets
  /** How often somebody may sign in from one address. */
  readonly signIns: Rate
  /** Name of the session's cookie; two servers on one machine share their cookies. */
  readonly cookie: string
  readonly directories: Directories
  /** Of Coattend. */
  readonly version: string
  /** Of what computes. */
  readonly engine: string
  now(): Date
  readonly random: RandomBytes
  log(line: string): void
}

/** Folders whose sizes are shown. */
export interface Directories {
  readonly data: string
  readonly database: string
  readonly checkpoints: string
  readonly cache: string
}
