import { closeSync, openSync, readFileSync, rmSync, statSync, unlinkSync, utimesSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { explainFileError } from './house-error.js'

const HEARTBEAT = 2_000
const POLL = 250
/** A holder on another machine, or in another container, whose heartbeat has not moved for this long is gone. */
const SILENCE = 20_000
/** Taking over a dead holder's lock lasts a few milliseconds; a marker older than this belongs to somebody who died there. */
const TAKEOVER = 10_000

/**
 * Does the work while no other process does work under the same lock file; waits for the others, and takes over from holders that died.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {(holder: string) => void} [onWait] called once where somebody else holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait = () => {}) {
  const heartbeatSeen = watchHeartbeat(path)
  let told = false
  while (!tryLock(path)) {
    if (isDead(path, heartbeatSeen)) takeOver(path, heartbeatSeen)
    else {
      if (!told) onWait(describeHolder(path))
      told = true
      await sleep(POLL)
    }
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    rmSync(path, { force: true })
  }
}

/** @param {string} path */
function tryLock(path) {
  try {
    const file = openSync(path, 'wx')
    writeSync(file, JSON.stringify({ pid: process.pid, host: hostname() }))
    closeSync(file)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw explainFileError(error, path) ?? error
  }
}

/**
 * @param {string} path
 * @returns {{ pid: number, host: string } | null} null where the file is gone, or not written yet
 */
function readHolder(path) {
  try {
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && typeof host === 'string' ? { pid, host } : null
  } catch {
    return null
  }
}

/** @param {string} path */
function describeHolder(path) {
  const holder = readHolder(path)
  return holder === null
    ? 'another process'
    : `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`
}

/**
 * @param {string} path
 * @param {() => number} heartbeatSeen
 */
function isDead(path, heartbeatSeen) {
  const holder = readHolder(path)
  if (holder !== null && holder.host === hostname() && !isRunning(holder.pid)) return true
  return heartbeatSeen() > SILENCE
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/**
 * How long, on our own clock, the heartbeat has stood still: a clock that differs between machines, or one that slept, does no harm.
 * @param {string} path
 */
function watchHeartbeat(path) {
  let last = -1
  let since = performance.now()
  return () => {
    const beat = modified(path)
    if (beat !== last) since = performance.now()
    last = beat
    return performance.now() - since
  }
}

/** Two that take over at once would remove each other's fresh lock, so only one may be at it. @param {string} path @param {() => number} heartbeatSeen */
function takeOver(path, heartbeatSeen) {
  const marker = `${path}.takeover`
  if (modified(marker) > 0 && Date.now() - modified(marker) > TAKEOVER) rmSync(marker, { force: true })
  if (!tryLock(marker)) return
  try {
    if (isDead(path, heartbeatSeen)) unlinkSync(path)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error
  } finally {
    rmSync(marker, { force: true })
  }
}

/** @param {string} path */
function touch(path) {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch {
    // Somebody removed the lock by hand; the work goes on, and the next heartbeat changes nothing either.
  }
}

/** @param {string} path */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
