// Keeps one throw-away PostgreSQL for as long as standard input stays open. Usage: node bin/postgres-keeper.js FOLDER
// Prints one line of JSON: {"url": ...} when it can be used, or {"error": ...}.
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const START_LIMIT = 60_000
const STOP_LIMIT = 10_000

/** @typedef {{ uid?: number, gid?: number }} Owner whom the programs run as, where not as ourselves */
/** @typedef {{ home: string, folder: string, owner: Owner }} Place */

await keep(process.argv[2] ?? '')

/** @param {string} folder */
async function keep(folder) {
  const owner = process.getuid?.() === 0 ? unprivilegedUser() : {}
  const home = mkdtempSync(join(tmpdir(), 'coattend-postgres-'))
  /** @type {import('node:child_process').ChildProcess | null} */
  let server = null
  try {
    give(home, owner)
    const place = { home, owner, folder: await reachableFolder({ home, folder, owner }) }
    const password = randomBytes(16).toString('hex')
    await makeCluster(place, password)
    const port = await freePort()
    server = await startServer(place, port)
    say({ url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres` })
    await inputEnd()
  } catch (error) {
    say({ error: oneLine(error) })
  } finally {
    if (server !== null) await stopServer(server)
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * PostgreSQL refuses to run as root. Debian's package brings a user for it; `nobody` is everywhere.
 * @returns {Owner}
 */
function unprivilegedUser() {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  return user ? { uid: Number(user[2]), gid: Number(user[3]) } : { uid: 65534, gid: 65534 }
}

/**
 * @param {string} path
 * @param {Owner} owner
 */
function give(path, { uid, gid }) {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

/**
 * A copy where the unprivileged user cannot reach the programs, such as a checkout under /root.
 * @param {Place} place
 */
async function reachableFolder({ home, folder, owner }) {
  try {
    await promisify(execFile)(join(folder, 'postgres'), ['--version'], { ...owner, cwd: home })
    return folder
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EACCES') throw error
    cpSync(dirname(folder), join(home, 'programs'), { recursive: true, verbatimSymlinks: true })
    return join(home, 'programs', 'bin')
  }
}

/**
 * @param {Place} place
 * @param {string} password
 */
async function makeCluster({ home, folder, owner }, password) {
  const passwordFile = join(home, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  give(passwordFile, owner)
  const options = [
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
  ]
  const run = promisify(execFile)
  await run(join(folder, 'initdb'), ['-D', join(home, 'data'), '--no-sync', ...options], {
    ...owner,
    cwd: home,
    env: environment(home),
  })
}

/**
 * Resolves once the server accepts connections.
 * @param {Place} place
 * @param {number} port
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
function startServer({ home, folder, owner }, port) {
  // The cluster is thrown away, so nothing waits for the disk.
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    'max_connections=200',
    'unix_socket_directories=',
    'logging_collector=off',
  ]
  const server = spawn(
    join(folder, 'postgres'),
    [
      '-D',
      join(home, 'data'),
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    { ...owner, cwd: home, env: environment(home), stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const limit = setTimeout(() => server.kill('SIGKILL'), START_LIMIT)
  return readyServer(server).finally(() => clearTimeout(limit))
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, null, import('node:stream').Readable>} server
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
function readyServer(server) {
  let log = ''
  return new Promise((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (part) => {
      log = (log + part).slice(-20_000)
      if (log.includes('ready to accept connections')) resolve(server)
    })
    server.once('error', reject)
    server.once('exit', () => reject(new Error(log.trim().split('\n').at(-1) || 'it ended at once')))
  })
}

/** @param {import('node:child_process').ChildProcess} server */
async function stopServer(server) {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGINT') // a fast shutdown: open connections are cut
  const limit = setTimeout(() => server.kill('SIGKILL'), STOP_LIMIT)
  await ended
  clearTimeout(limit)
}

function inputEnd() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve)
    process.stdin.once('end', resolve).once('error', resolve).resume()
  })
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address())
      probe.close(() => resolve(port))
    })
  })
}

/** @param {string} home */
function environment(home) {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(process.env['SystemRoot'] ? { SystemRoot: process.env['SystemRoot'] } : {}),
  }
}

/** @param {object} reply */
function say(reply) {
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}

/** @param {unknown} error */
function oneLine(error) {
  const stderr = /** @type {{ stderr?: string }} */ (error)?.stderr?.trim()
  return (stderr || (error instanceof Error ? error.message : String(error))).replaceAll(/\s*\n\s*/g, '; ')
}
