import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkout } from '../../bin/checkout.js'
import { formatSummary } from '../../bin/test-summary.js'
import { runVitest } from '../../bin/vitest-run.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coattend-house-'))
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'), 'junction')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const config = `
import { makeTestReport } from '${join(checkout, 'bin/test-report.js').replaceAll('\\', '/')}'
export default { test: {
  reporters: [makeTestReport(process.env.COATTEND_TEST_REPORT)],
  projects: ['one', 'two'].map((name) => ({ test: { name, include: [name + '/*.test.js'], pool: 'forks', maxWorkers: 1 } })),
} }`

/** Runs a little project of the given files as `npm test` would, and returns what it says. */
async function run(files: Record<string, string>, ...args: string[]): Promise<{ lines: string[]; said: string[] }> {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'vitest.config.js'), config)
  for (const [name, body] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), `import { afterAll, beforeAll, describe, expect, test } from 'vitest'\n${body}`)
  }
  const said: string[] = []
  const narrator = {
    say: (line: string) => void said.push(line),
    during: <T>(_: string, work: () => Promise<T>) => work(),
  }
  const env = { ...process.env, VITEST: undefined, NODE_ENV: undefined, COATTEND_TEST_LONG: undefined }
  const projects = await runVitest({ root: folder, folder, env, narrator, output: 'ignore' }, args)
  return { lines: formatSummary({ projects, missing: [] }), said }
}

test('[HO1] passed and skipped tests are counted per project, and the last line holds the sums', async () => {
  const { lines } = await run({
    'one/a.test.js': `test('a', () => {}); test('b', () => {}); test.skip('c', () => {}); test.todo('d')`,
    'two/b.test.js': `test('a', ({ skip }) => skip('no database here')); test('e', () => {})`,
  })
  expect(lines).toContainEqual(expect.stringMatching(/^one +2 passed +0 failed +2 skipped/))
  expect(lines).toContainEqual(expect.stringMatching(/^two +1 passed +0 failed +1 skipped/))
  expect(lines).toContainEqual('  two: a — no database here')
  expect(lines.slice(-2)).toEqual(['3 skipped', '3 passed, 0 failed'])
})

test('[HO2] a failing test is named with its reason', async () => {
  const { lines } = await run({
    'one/a.test.js': `test('a', () => {}); describe('s', () => test('b', () => expect(1).toBe(2)))`,
  })
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}one: s > b — expected 1 to be 2/))
  expect(lines.at(-1)).toBe('1 passed, 1 failed')
})

test('[HO3] a file that cannot be loaded, an empty one, and a hook that throws count as failed', async () => {
  const { lines } = await run({
    'one/import.test.js': `import './nowhere.js'; test('a', () => {})`,
    'one/empty.test.js': ``,
    'two/hook.test.js': `describe('s', () => { beforeAll(() => { throw new Error('broken hook') }); test('a', () => {}) }); test('b', () => {})`,
  })
  expect(lines).toContainEqual(expect.stringMatching(/nowhere/))
  expect(lines).toContainEqual('  two: s — broken hook')
  expect(lines.at(-1)).toBe('1 passed, 3 failed')
})

test('[HO4] a process that crashes or exits takes its file with it as failed, and the others are still counted', async () => {
  const { lines } = await run({
    'one/a.test.js': `test('a', () => {})`,
    'one/b.test.js': `test('first', () => {}); test('b', () => process.abort()); test('last', () => {})`,
    'two/c.test.js': `test('c', () => {})`,
  })
  expect(lines.at(-1)).toMatch(/^[23] passed, [1-9] failed$/)
  expect(lines).toContainEqual(expect.stringMatching(/b\.test\.js|one: (b|last)/))
})

test('[HO5] an error outside of any test counts as failed', async () => {
  const { lines } = await run({
    'one/a.test.js': `test('a', () => { setTimeout(() => { throw new Error('stray') }, 1) }); test('b', () => new Promise((r) => setTimeout(r, 50)))`,
  })
  expect(lines).toContainEqual(expect.stringMatching(/stray/))
  expect(lines.at(-1)).toBe('2 passed, 1 failed')
})

test('[HO6] a run without tests, or one that cannot start, is a failure', async () => {
  const empty = await run({ 'one/a.test.js': `test('a', () => {})` }, 'no-such-file')
  expect(empty.lines.at(-1)).toBe('0 passed, 1 failed')
  const refused = await run({ 'one/a.test.js': `test('a', () => {})` }, '--no-such-option')
  expect(refused.lines.at(-1)).toBe('0 passed, 1 failed')
})

test.runIf(process.platform === 'linux')(
  '[HO7] a process that a test leaves behind is ended and counts as failed',
  async () => {
    const { lines, said } = await run({
      'one/a.test.js': `import { spawn } from 'node:child_process'
      test('a', () => { spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }).unref() })`,
    })
    expect(said).toEqual([expect.stringMatching(/^still running after the tests: \d+ .*setInterval/)])
    expect(lines.at(-1)).toBe('1 passed, 1 failed')
    const pid = /tests: (\d+) /.exec(said[0] ?? '')?.[1]
    // Dead, or dead and not yet collected by whoever inherited it.
    await expect
      .poll(() => existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
      .toBe(false)
  },
)
