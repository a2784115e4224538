import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root folder of this copy of Coattend. */
export const checkout = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')

/** What tests and tools fetch on demand; `npm ci` empties it together with the packages. */
export const cacheFolder = join(checkout, 'node_modules', '.cache', 'coattend')
