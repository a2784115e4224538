import { randomUUID } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServerError } from '../errors.ts'

/**
 * The right to open the embedded database of a directory. Two processes that open it at once destroy it without an error, so
 * the lock is taken before anything is opened, and is a file that says who holds it.
 */
export interface DirectoryLock {
  /** Resolves when somebody took the lock away; the holder must stop writing. */
  readonly lost: Promise<Error>
  release(): void
}

/** Who holds a lock. A process id alone says nothing: it is used again after a restart, and means another process in a container. */
interface Holder {
  readonly nonce: string
  readonly pid: number
  /** When the process started, in the words of the system; null where it does not tell. */
  readonly started: string | null
  /** Machine, boot and process namespace: inside one such view, process ids can be compared. */
  readonly view: string
}

/** Where a holder cannot be looked up, it counts as alive as long as it touches the file. */
const HEARTBEAT = 2_000
const SILENCE = 10_000

/** Takes the lock of a directory, or throws naming the process that has it. Locks of processes that have ended are taken over. */
export async function takeLock(directory: string, log: (line: string) => void): Promise<DirectoryLock> {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'server.lock')
  const self: Holder = { nonce: randomUUID(), pid: process.pid, started: startOf(process.pid), view: viewOfProcesses() }
  let waited = false
  while (!createLock(file, self)) {
    const verdict = judge(file, self)
    if (verdict.state === 'held') throw inUse(directory, verdict.holder)
    if (verdict.state === 'stale') removeStale(file, verdict.content)
    if (verdict.state === 'unclear') {
      if (!waited) log(`waiting to see whether ${file} belongs to a server that still runs`)
      waited = true
      await sleep(500)
    }
  }
  return holdLock(file, self)
}

function inUse(directory: string, holder: Holder): ServerError {
  return new ServerError(
    'data-directory',
    `${directory} is in use by process ${holder.pid} (another Coattend). Stop that one, or choose another directory with --data`,
  )
}

/** Creates the file if there is none; false where there is one. */
function createLock(file: string, self: Holder): boolean {
  try {
    const handle = openSync(file, 'wx')
    writeSync(handle, JSON.stringify(self))
    closeSync(handle)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw new ServerError('data-directory', `cannot write ${file}: ${String(error)}`, { cause: error })
  }
}

type Verdict =
  | { readonly state: 'held'; readonly holder: Holder }
  | { readonly state: 'stale'; readonly content: string }
  /** Held by another machine or container, or just being written: time will tell. */
  | { readonly state: 'unclear' }
  | { readonly state: 'gone' }

function judge(file: string, self: Holder): Verdict {
  try {
    const content = readFileSync(file, 'utf8')
    const silent = Date.now() - statSync(file).mtimeMs > SILENCE
    const holder = parseHolder(content)
    if (holder !== null && holder.view === self.view) {
      return isAlive(holder) ? { state: 'held', holder } : { state: 'stale', content }
    }
    return silent ? { state: 'stale', content } : { state: 'unclear' }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { state: 'gone' }
    throw error
  }
}

function parseHolder(content: string): Holder | null {
  try {
    const value = JSON.parse(content) as Partial<Holder>
    return typeof value.pid === 'number' && typeof value.view === 'string' ? (value as Holder) : null
  } catch {
    return null
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (!hasCode(error, 'EPERM')) return false
  }
  return holder.started === null || startOf(holder.pid) === holder.started
}

/** Moves a stale lock out of the way. Another process may do so at the same time and lock anew: then its lock is put back. */
function removeStale(file: string, content: string): void {
  const aside = `${file}.${randomUUID()}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  if (readFileSync(aside, 'utf8') === content) rmSync(aside)
  else renameSync(aside, file)
}

function holdLock(file: string, self: Holder): DirectoryLock {
  let timer: NodeJS.Timeout
  const lost = new Promise<Error>((resolve) => {
    timer = setInterval(() => {
      if (isOurs(file, self)) return utimesSync(file, new Date(), new Date())
      clearInterval(timer)
      resolve(
        new ServerError('data-directory', `somebody removed or replaced ${file}: stopping before anything is lost`),
      )
    }, HEARTBEAT)
    timer.unref()
  })
  return {
    lost,
    release() {
      clearInterval(timer)
      if (isOurs(file, self)) rmSync(file, { force: true })
    },
  }
}

function isOurs(file: string, self: Holder): boolean {
  try {
    return parseHolder(readFileSync(file, 'utf8'))?.nonce === self.nonce
  } catch {
    return false
  }
}

function viewOfProcesses(): string {
  const read = (what: () => string): string => {
    try {
      return what().trim()
    } catch {
      return ''
    }
  }
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))
  return [hostname(), boot, read(() => readlinkSync('/proc/self/ns/pid'))].join(' ')
}

/** When a process started: field 22 of /proc/<pid>/stat on Linux, `ps` on other Unix systems. */
function startOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The name of the program, in parentheses, may hold spaces: count from behind it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // A dead process that nobody has collected, as in a container without an init, holds nothing.
      return fields[0] === 'Z' ? null : (fields[19] ?? null)
    }
    if (process.platform === 'win32') return null
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
