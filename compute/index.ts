import type * as hub from './hub/door.ts'
import type * as local from './local.ts'

/** The door of compute: what the server and the command line may call. Importing it loads no runtime. */
export { decodeSafetensors, encodeSafetensors, readMetadata, type FileTensor } from './checkpoint/safetensors.ts'
export { ComputeError, isUserError, type ComputeErrorKind } from './errors.ts'
export { openPool, type PoolOptions } from './runtime/pool.ts'
export { engineVersion } from './version.ts'

/** Loads what fetches checkpoints, without the runtime. */
export const loadHub = (): Promise<typeof hub> => import('./hub/door.ts')

/** Loads the runtime into this process. */
export const loadLocal = (): Promise<typeof local> => import('./local.ts')
