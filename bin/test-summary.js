import { existsSync, readFileSync } from 'node:fs'

const MOST_LISTED = 30

/** @typedef {import('./test-report.js').TestRecord} TestRecord */
/** @typedef {{ name: string, tests: readonly TestRecord[], seconds: number }} ProjectResult */
/** @typedef {{ projects: readonly ProjectResult[], missing: readonly string[] }} Results `missing`: what could not be had, in words */

/**
 * What vitest's run amounts to. Everything that is not a finished test, and not a skipped one, counts as failed.
 * @param {string} path the file that `makeTestReport` wrote
 * @param {{ code: number | null, signal: NodeJS.Signals | null }} end of vitest's process
 * @returns {ProjectResult[]}
 */
export function readReport(path, end) {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  /** @type {(import('./test-report.js').FileRecord | import('./test-report.js').EndRecord)[]} */
  const records = lines.map((line) => JSON.parse(line))
  const projects = groupByProject(records.flatMap((record) => (record.kind === 'file' ? [record] : [])))
  const last = records.flatMap((record) => (record.kind === 'end' ? [record] : [])).at(-1)
  const ending = end.signal ?? `exit code ${end.code}`
  if (last === undefined) return [...projects, failedRun('vitest', `it ended before it was done (${ending})`)]
  const strays = last.errors.map((error) => failedRun('outside of tests', error))
  const results = [...projects, ...strays]
  const explained = end.code === 0 || sumUp(results).failed > 0
  return explained ? results : [...results, failedRun('vitest', `it ended with ${ending}`)]
}

/** @param {readonly import('./test-report.js').FileRecord[]} files */
function groupByProject(files) {
  /** @type {Map<string, { name: string, tests: TestRecord[], seconds: number }>} */
  const projects = new Map()
  for (const { project, tests, seconds } of files) {
    const result = projects.get(project) ?? { name: project, tests: [], seconds: 0 }
    result.tests.push(...tests)
    result.seconds += seconds
    projects.set(project, result)
  }
  return [...projects.values()].sort((a, b) => a.name.localeCompare(b.name))
}

/**
 * A result of one failure, for what broke outside of any test.
 * @param {string} name
 * @param {string} note
 * @returns {ProjectResult}
 */
export function failedRun(name, note) {
  return { name, tests: [{ name, state: 'failed', note }], seconds: 0 }
}

/** @param {readonly ProjectResult[]} projects */
export function sumUp(projects) {
  const count = (/** @type {TestRecord['state']} */ state) =>
    countState(
      projects.flatMap(({ tests }) => tests),
      state,
    )
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}

/**
 * The summary, line by line; the last is exactly `N passed, N failed`.
 * @param {Results} results
 * @returns {string[]}
 */
export function formatSummary({ projects, missing }) {
  const { passed, failed, skipped } = sumUp(projects)
  return [
    '',
    ...listTests('Failed', projects, 'failed'),
    ...listTests('Skipped', projects, 'skipped'),
    ...projects.map(formatProject),
    ...missing.map((what) => `Not available: ${what}`),
    `${skipped} skipped`,
    `${passed} passed, ${failed} failed`,
  ]
}

/** @param {ProjectResult} project */
function formatProject({ name, tests, seconds }) {
  const count = (/** @type {TestRecord['state']} */ state) => `${String(countState(tests, state)).padStart(6)} ${state}`
  return `${name.padEnd(24)}${count('passed')}${count('failed')}${count('skipped')}${seconds.toFixed(1).padStart(9)} s`
}

/**
 * @param {string} title
 * @param {readonly ProjectResult[]} projects
 * @param {TestRecord['state']} state
 */
function listTests(title, projects, state) {
  const lines = projects.flatMap((project) =>
    project.tests.filter((test) => test.state === state).map((test) => `  ${describeTest(project, test)}`),
  )
  if (lines.length === 0) return []
  const more = lines.length > MOST_LISTED ? [`  … and ${lines.length - MOST_LISTED} more`] : []
  return [`${title}:`, ...lines.slice(0, MOST_LISTED), ...more, '']
}

/**
 * @param {readonly TestRecord[]} tests
 * @param {TestRecord['state']} state
 */
function countState(tests, state) {
  return tests.filter((test) => test.state === state).length
}

/**
 * @param {ProjectResult} project
 * @param {TestRecord} test
 */
function describeTest(project, { name, note }) {
  return [...new Set([project.name, name])].join(': ') + (note ? ` — ${note}` : '')
}
