import { lstatSync, mkdirSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { explainFileError, HouseError } from './house-error.js'
import { withLock } from './lock.js'
import { runNpm } from './npm.js'
import { isStamped, recordPath, removeStamp, writeStamp } from './stamp.js'

/** What the packages take on disk, with room for npm to work. */
const NEEDED_BYTES = 900e6

/**
 * Makes sure that node_modules holds exactly what package-lock.json says; a later call finds its stamp and does nothing.
 * @param {{ root: string, env: NodeJS.ProcessEnv, narrator: import('./narrator.js').Narrator }} house
 */
export async function ensureInstalled({ root, env, narrator }) {
  if (isStamped(root)) return
  await withLock(
    join(root, '.coattend-lock'),
    async () => {
      if (isStamped(root)) return
      if (!holdsLockedPackages(root)) await install({ root, env, narrator })
      recordInstall(root)
    },
    (holder) => narrator.say(`Waiting for ${holder}, which is installing or building in this folder …`),
  )
}

/** @param {Parameters<typeof ensureInstalled>[0]} house */
async function install({ root, env, narrator }) {
  refuseLink(root)
  requireSpace(root)
  removeStamp(root)
  await narrator.during('Installing packages (once; about a minute)', () =>
    runNpm(['ci', '--include=dev', '--include=optional'], { cwd: root, env, show: narrator.say }),
  )
}

/** npm would empty what the link points to, which serves another checkout. @param {string} root */
function refuseLink(root) {
  const folder = join(root, 'node_modules')
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return
  throw new HouseError(
    'packages',
    `${folder} is a link to a folder without the packages of this checkout: remove the link and run this again`,
  )
}

/** @param {string} root */
function requireSpace(root) {
  const { bavail, bsize } = statfsSync(root)
  const free = bavail * bsize
  if (free >= NEEDED_BYTES) return
  const amount = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(0)} MB`
  throw new HouseError(
    'disk',
    `the packages need ${amount(NEEDED_BYTES)} in ${root} and ${amount(free)} are free: free some and run this again`,
  )
}

/**
 * Whether npm's record of its last finished install has every package of the lock file that this platform needs, as after a plain `npm ci`.
 * @param {string} root
 */
export function holdsLockedPackages(root) {
  try {
    const wanted = Object.entries(readPackages(join(root, 'package-lock.json')))
    const present = readPackages(recordPath(root))
    return wanted.every(([path, entry]) => path === '' || !isForHere(entry) || present[path]?.version === entry.version)
  } catch {
    return false // no record, or not one we can read: install
  }
}

/** @typedef {{ version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockEntry */

/** Whether a package must be here; of the optional ones, those that name this platform. @param {LockEntry} entry */
function isForHere({ optional, os, cpu, libc }) {
  if (!optional) return true
  return (
    os?.includes(process.platform) === true &&
    cpu?.includes(process.arch) === true &&
    (libc === undefined || libc.includes('glibc'))
  )
}

/**
 * @param {string} path
 * @returns {Record<string, LockEntry>}
 */
function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

/** @param {string} root */
function recordInstall(root) {
  try {
    mkdirSync(join(root, 'node_modules'), { recursive: true })
    writeStamp(root)
  } catch (error) {
    throw explainFileError(error, join(root, 'node_modules')) ?? error
  }
}
