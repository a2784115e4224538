import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkout } from '../../bin/checkout.js'
import { childEnd } from '../../bin/command.js'
import { withLock } from '../../bin/lock.js'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coattend-house-'))
  path = join(folder, 'lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A process that takes the lock and runs `body` under it. */
function holder(body: string): ReturnType<typeof spawn> {
  const lock = JSON.stringify(pathToFileURL(join(checkout, 'bin/lock.js')).href)
  const script = `import fs from 'node:fs'; import { withLock } from ${lock}
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
    await withLock(${JSON.stringify(path)}, async () => { ${body} })`
  return spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'inherit', 'inherit'] })
}

test('[HO30] only one process at a time works under a lock', async () => {
  const counter = join(folder, 'counter')
  writeFileSync(counter, '0')
  const bump = `const n = Number(fs.readFileSync(${JSON.stringify(counter)}, 'utf8')); await sleep(30)
    fs.writeFileSync(${JSON.stringify(counter)}, String(n + 1))`
  await Promise.all([bump, bump, bump, bump].map((body) => childEnd(holder(body))))
  expect(readFileSync(counter, 'utf8')).toBe('4')
  expect(existsSync(path)).toBe(false)
})

test('[HO31] the lock of a process that was killed is taken over, by one of those who wait', async () => {
  const ready = join(folder, 'ready')
  const dying = holder(`fs.writeFileSync(${JSON.stringify(ready)}, ''); await sleep(60_000)`)
  await expect.poll(() => existsSync(ready), { timeout: 10_000 }).toBe(true)
  const told: string[] = []
  let inside = 0
  const work = async (): Promise<void> => {
    expect(++inside).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    inside--
  }
  const waiting = [1, 2, 3].map(() => withLock(path, work, (who) => told.push(who)))
  await expect.poll(() => told.length).toBe(3)
  expect(told[0]).toBe(`process ${dying.pid}`)
  dying.kill('SIGKILL')
  await Promise.all(waiting)
  expect(existsSync(path)).toBe(false)
})

test('[HO32] the lock goes when the work fails', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await withLock(path, () => Promise.resolve('again'))).toBe('again')
})
