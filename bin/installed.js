import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainFileError, HouseError } from './house-error.js'
import { withLock } from './lock.js'
import { runNpm } from './npm.js'

/** What the packages take on disk, with room for npm to work. */
const NEEDED_BYTES = 900e6

/**
 * Makes sure that node_modules holds exactly what package-lock.json says; a later call finds its stamp and does nothing.
 *
 * The stamp names the lock file, the platform, and npm's own record of what it installed, which npm writes last: a half-finished install, another
 * platform's packages and changes made behind our back are all seen. The version of Node is not part of it, because every native addon here
 * uses Node-API; so a newer Node needs no network.
 * @param {{ root: string, env: NodeJS.ProcessEnv, narrator: import('./narrator.js').Narrator }} house
 */
export async function ensureInstalled({ root, env, narrator }) {
  if (isStamped(root)) return
  await withLock(
    join(root, '.coattend-lock'),
    async () => {
      if (isStamped(root)) return
      if (!holdsLockedPackages(root)) await install({ root, env, narrator })
      writeStamp(root)
    },
    (holder) => narrator.say(`Waiting for ${holder}, which is installing or building in this folder …`),
  )
}

/** @param {Parameters<typeof ensureInstalled>[0]} house */
async function install({ root, env, narrator }) {
  requireSpace(root)
  rmSync(stampPath(root), { force: true })
  await narrator.during('Installing packages (once; about a minute)', () =>
    runNpm(['ci', '--include=dev', '--include=optional'], { cwd: root, env, show: narrator.say }),
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
 * Whether the last install here finished and still fits.
 * @param {string} root
 */
export function isStamped(root) {
  try {
    return readFileSync(stampPath(root), 'utf8') === makeStamp(root)
  } catch {
    return false
  }
}

/** @param {string} root */
export function writeStamp(root) {
  try {
    mkdirSync(join(root, 'node_modules'), { recursive: true })
    writeFileSync(stampPath(root), makeStamp(root))
  } catch (error) {
    throw explainFileError(error, join(root, 'node_modules')) ?? error
  }
}

/** @param {string} root */
function makeStamp(root) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const record = statSync(recordPath(root), { throwIfNoEntry: false })
  return JSON.stringify({
    lock,
    platform: `${process.platform}-${process.arch}`,
    installed: record ? `${record.size}:${record.mtimeMs}` : null,
  })
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
const stampPath = (root) => join(root, 'node_modules', '.coattend-stamp')

/** npm writes it at the very end of an install. @param {string} root */
const recordPath = (root) => join(root, 'node_modules', '.package-lock.json')
