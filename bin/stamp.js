import { createHash } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Read at every start, so this file loads nothing else.

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

/**
 * Records a finished install.
 * @param {string} root
 */
export function writeStamp(root) {
  writeFileSync(stampPath(root), makeStamp(root))
}

/** @param {string} root */
export function removeStamp(root) {
  rmSync(stampPath(root), { force: true })
}

/**
 * The stamp names the lock file, the platform, and npm's own record of what it installed, which npm writes last: a half-finished install, another
 * platform's packages and changes made behind our back are all seen. The version of Node is not part of it, because every native addon here
 * uses Node-API; so a newer Node needs no network.
 * @param {string} root
 */
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

/** @param {string} root */
const stampPath = (root) => join(root, 'node_modules', '.coattend-stamp')

/**
 * npm's record of what it has installed.
 * @param {string} root
 */
export const recordPath = (root) => join(root, 'node_modules', '.package-lock.json')
