import { appendFileSync } from 'node:fs'

/** @typedef {{ name: string, state: 'passed' | 'failed' | 'skipped', note?: string }} TestRecord */
/** @typedef {{ kind: 'file', project: string, file: string, tests: TestRecord[], seconds: number }} FileRecord */
/** @typedef {{ kind: 'end', errors: string[] }} EndRecord problems that belong to no file */

/**
 * A reporter for vitest that writes one line of JSON per finished test file, and a last one for the run: a run that breaks off shows by its absence.
 * @param {string} path
 * @returns {import('vitest/node').Reporter}
 */
export function makeTestReport(path) {
  const written = new Set()
  const write = (/** @type {FileRecord | EndRecord} */ record) => appendFileSync(path, `${JSON.stringify(record)}\n`)
  const writeFile = (/** @type {import('vitest/node').TestModule} */ module) => {
    written.add(module)
    write(describeFile(module))
  }
  return {
    onTestModuleEnd: writeFile,
    onTestRunEnd(modules, errors) {
      for (const module of modules) if (!written.has(module)) writeFile(module)
      write({ kind: 'end', errors: errors.map(({ message }) => firstLine(message)) })
    },
  }
}

/**
 * @param {import('vitest/node').TestModule} module
 * @returns {FileRecord}
 */
function describeFile(module) {
  const tests = [...module.children.allTests()].map(describeTest)
  const suites = [module, ...module.children.allSuites()].flatMap((suite) => describeSuiteErrors(suite, module))
  const found = [...tests, ...suites]
  // A file that was never finished, such as one whose process crashed, must not look like a file without failures.
  const state = module.state()
  const broken = state !== 'passed' && state !== 'skipped' && !found.some((test) => test.state === 'failed')
  /** @type {TestRecord[]} */
  const unfinished = broken ? [{ name: module.relativeModuleId, state: 'failed', note: 'the file did not finish' }] : []
  const seconds = module.diagnostic().duration / 1000
  return {
    kind: 'file',
    project: module.project.name,
    file: module.relativeModuleId,
    tests: [...found, ...unfinished],
    seconds,
  }
}

/**
 * @param {import('vitest/node').TestCase} test
 * @returns {TestRecord}
 */
function describeTest(test) {
  const result = test.result()
  if (result.state === 'passed') return { name: test.fullName, state: 'passed' }
  if (result.state === 'skipped')
    return { name: test.fullName, state: 'skipped', ...(result.note ? { note: result.note } : {}) }
  const note = result.state === 'failed' ? firstLine(result.errors[0]?.message ?? '') : 'it did not finish'
  return { name: test.fullName, state: 'failed', note }
}

/**
 * Errors outside of tests: a file that cannot be loaded, a hook that throws. Their tests never run.
 * @param {import('vitest/node').TestModule | import('vitest/node').TestSuite} suite
 * @param {import('vitest/node').TestModule} module
 * @returns {TestRecord[]}
 */
function describeSuiteErrors(suite, module) {
  const [error] = suite.errors()
  if (error === undefined) return []
  const name = suite.type === 'suite' ? suite.fullName : module.relativeModuleId
  return [{ name, state: 'failed', note: firstLine(error.message) }]
}

/** @param {string} message */
function firstLine(message) {
  return message.split('\n')[0] ?? ''
}
