import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkout } from './checkout.js'
import { HouseError } from './house-error.js'
import { ensureInstalled } from './installed.js'
import { makeNarrator } from './narrator.js'
import { parseTestArguments } from './test-arguments.js'
import { failedRun, formatSummary, sumUp } from './test-summary.js'
import { runVitest } from './vitest-run.js'

/** @typedef {import('./provision.js').House} House */
/** @typedef {import('./test-summary.js').ProjectResult} ProjectResult */

/**
 * The whole of `npm test`. Whatever goes wrong on the way counts as one failed test, so that the last line always tells the truth.
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runTestProgram(args) {
  const narrator = makeNarrator(process.stdout)
  const house = { root: checkout, env: process.env, narrator }
  const results = await runAll(house, args).catch((error) => {
    narrator.say(error instanceof HouseError ? `coattend: ${error.message}` : String(error?.stack ?? error))
    return { projects: [failedRun('preparation', 'see above')], missing: [] }
  })
  for (const line of formatSummary(results)) narrator.say(line)
  const { passed, failed } = sumUp(results.projects)
  return passed > 0 && failed === 0 ? 0 : 1
}

/**
 * @param {House} house
 * @param {readonly string[]} args
 * @returns {Promise<import('./test-summary.js').Results>}
 */
async function runAll(house, args) {
  const { long, needs, vitest } = parseTestArguments(args)
  await ensureInstalled(house)
  const { missing, env, failures } = await provide(house, needs)
  const seed = house.env['COATTEND_TEST_SEED'] ?? String(Math.floor(Math.random() * 2 ** 32))
  house.narrator.say(`Tests on Node ${process.versions.node}; seed ${seed} (COATTEND_TEST_SEED=${seed} repeats it)`)
  return withTemporaryFolder(async (folder) => {
    const run = { ...house, folder, env: { ...env, ...temporary(folder), COATTEND_TEST_SEED: seed } }
    const projects = await runVitest(long ? { ...run, env: { ...run.env, COATTEND_TEST_LONG: '1' } } : run, vitest)
    const others = long ? await runOnOtherNodes(run, vitest) : []
    return { projects: [...failures, ...projects, ...others], missing }
  })
}

/**
 * Fetches what the chosen tests need. What cannot be had is said, and its tests are skipped; a page that cannot be built is a failure.
 * @param {House} house
 * @param {import('./test-arguments.js').Needs} needs
 */
async function provide(house, needs) {
  const env = { ...house.env }
  /** @type {string[]} */
  const missing = []
  /** @type {ProjectResult[]} */
  const failures = []
  const { provideChromium, providePostgres } = await import('./provision.js')
  if (needs.chromium) {
    const chromium = await provideChromium(house)
    if ('path' in chromium) env['COATTEND_CHROMIUM'] = chromium.path
    else missing.push(chromium.missing)
  }
  if (needs.postgres && !env['TEST_DATABASE_URL']) {
    const postgres = await providePostgres(house)
    if ('path' in postgres) env['COATTEND_TEST_POSTGRES'] = postgres.path
    else missing.push(postgres.missing)
  }
  if (needs.web) {
    const { ensureBuilt } = await import('./built.js')
    await ensureBuilt(house).catch((error) => {
      if (!(error instanceof HouseError)) throw error
      house.narrator.say(`coattend: ${error.message}`)
      failures.push(failedRun('web build', error.message))
    })
  }
  return { env, missing, failures }
}

/**
 * The unit tests, with the counts of `npm test`, on newer versions of Node.
 * @param {import('./vitest-run.js').Run} run
 * @param {readonly string[]} vitest
 */
async function runOnOtherNodes(run, vitest) {
  const { otherNodes, provideNode } = await import('./other-nodes.js')
  /** @type {ProjectResult[]} */
  const results = []
  for (const version of otherNodes) {
    try {
      const node = await provideNode(version, run)
      run.narrator.say(`Unit tests on Node ${version}`)
      const projects = await runVitest({ ...run, node }, [...vitest, '--project=unit', '--project=web'])
      results.push(...projects.map((project) => ({ ...project, name: `${project.name}, Node ${version}` })))
    } catch (error) {
      if (!(error instanceof HouseError)) throw error
      results.push(failedRun(`unit, Node ${version}`, error.message))
    }
  }
  return results
}

/**
 * One folder holds everything the tests leave in the system's temporary folder, and goes with it.
 * @template T
 * @param {(folder: string) => Promise<T>} work
 */
async function withTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-test-'))
  chmodSync(folder, 0o711) // PostgreSQL runs as another user below it
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** @param {string} folder */
function temporary(folder) {
  return { TMPDIR: folder, TEMP: folder, TMP: folder }
}
