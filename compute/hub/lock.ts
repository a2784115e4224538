/** A lock file between processes: it names its holder, who touches it; one whose holder died is taken over. */
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'

const heartbeat = 2000
const poll = 200
/** A holder elsewhere whose heartbeat has stood still for this long is gone. */
const silence = 20_000

/** Does the work while no other process holds the lock at `path`. `onWait` is called once where it has to wait. */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait: () => void): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  const standsStill = watch(path)
  let told = false
  while (!(await tryLock(path))) {
    if (await isAbandoned(path, await standsStill())) {
      await takeAway(path)
      continue
    }
    if (!told) onWait()
    told = true
    await sleep(poll)
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), heartbeat)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    await rm(path, { force: true })
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** How long, on our own clock, the heartbeat has stood still. */
function watch(path: string): () => Promise<number> {
  let [last, since] = [-1, performance.now()]
  return async () => {
    const beat = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    )
    if (beat !== last) since = performance.now()
    last = beat
    return performance.now() - since
  }
}

async function isAbandoned(path: string, still: number): Promise<boolean> {
  if (still > silence) return true
  const text = await readFile(path, 'utf8').catch(() => '')
  const holder = /^\{"pid":(\d+),"host":(".*")\}$/.exec(text)
  if (holder === null || JSON.parse(holder[2]!) !== hostname()) return false
  try {
    process.kill(Number(holder[1]), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/**
 * Of several that find the same dead lock one gets it out of the way. In the instant between finding and moving, somebody may
 * have taken the lock anew; two then work at once, which the check of every finished file makes harmless.
 */
async function takeAway(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  await rename(path, aside).catch(() => {}) // another was faster
  await rm(aside, { force: true })
}
