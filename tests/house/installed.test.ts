import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { explainFileError } from '../../bin/house-error.js'
import { ensureInstalled } from '../../bin/installed.js'
import { isStamped } from '../../bin/stamp.js'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coattend-house-'))
  writeLock({ 'node_modules/a': { version: '1.0.0' } })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

type Packages = Record<string, { version: string; optional?: boolean; os?: string[]; cpu?: string[]; libc?: string[] }>

function writeLock(packages: Packages): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': { name: 'x' }, ...packages } }))
}

/** What npm leaves at the end of an install. */
function writeRecord(packages: Packages): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
}

/** A program in npm's place that writes down how it was called and installs what it is told to. */
function fakeNpm(body: string): NodeJS.ProcessEnv {
  const folder = join(root, 'npm')
  mkdirSync(folder, { recursive: true })
  const script = join(folder, 'npm-cli.js')
  const log = join(root, 'calls')
  writeFileSync(
    script,
    `const fs = require('fs'); fs.appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(' ') + '\\n'); ${body}`,
  )
  return { ...process.env, npm_execpath: script }
}

const installs = `fs.mkdirSync('node_modules', { recursive: true })
  fs.writeFileSync('node_modules/.package-lock.json', fs.readFileSync('package-lock.json'))`

async function ensure(env: NodeJS.ProcessEnv): Promise<string[]> {
  const said: string[] = []
  const narrator = {
    say: (line: string) => void said.push(line),
    during: <T>(_: string, work: () => Promise<T>) => work(),
  }
  await ensureInstalled({ root, env, narrator })
  return said
}

function calls(): string[] {
  return readFileSync(join(root, 'calls'), 'utf8').trim().split('\n')
}

test('[HO20] a bare checkout is installed once, without scripts, development packages included', async () => {
  const env = fakeNpm(installs)
  await ensure(env)
  await ensure(env)
  expect(calls()).toHaveLength(1)
  expect(calls()[0]).toMatch(/^ci --include=dev --include=optional .*--ignore-scripts/)
  expect(isStamped(root)).toBe(true)
})

test('[HO21] a changed lock file, or packages changed behind our back, are installed again', async () => {
  const env = fakeNpm(installs)
  await ensure(env)
  writeLock({ 'node_modules/a': { version: '2.0.0' } })
  await ensure(env)
  expect(calls()).toHaveLength(2)
  writeRecord({ 'node_modules/a': { version: '1.5.0' } })
  await ensure(env)
  expect(calls()).toHaveLength(3)
})

test('[HO22] a half-finished install is done again', async () => {
  mkdirSync(join(root, 'node_modules', 'a'), { recursive: true }) // npm writes its record last
  await expect(ensure(fakeNpm('process.exit(1)'))).rejects.toThrow('npm failed (exit code 1)')
  expect(isStamped(root)).toBe(false)
  await ensure(fakeNpm(installs))
  expect(calls()).toHaveLength(2)
})

test('[HO23] packages that somebody installed with npm are taken as they are', async () => {
  const elsewhere = { optional: true, version: '1.0.0', os: ['plan9'], cpu: ['mips'] }
  const here = { optional: true, version: '3.0.0', os: [process.platform], cpu: [process.arch] }
  writeLock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': elsewhere, 'node_modules/c': here })
  writeRecord({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/c': { version: '3.0.0' } })
  const env = fakeNpm('process.exit(9)')
  await ensure(env)
  expect(isStamped(root)).toBe(true)

  writeRecord({ 'node_modules/a': { version: '1.0.0' } }) // the native package of this platform is missing
  await expect(ensure(env)).rejects.toThrow('exit code 9')
})

test('[HO26] nothing is installed through a link, which would empty the packages of another checkout', async () => {
  const other = join(root, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'kept'), '')
  symlinkSync(other, join(root, 'node_modules'))
  await expect(ensure(fakeNpm(installs))).rejects.toThrow(/is a link .* remove the link and run this again/)
  expect(existsSync(join(root, 'calls'))).toBe(false)
  expect(existsSync(join(other, 'kept'))).toBe(true)
})

test('[HO24] what npm has to say is shown where we cannot explain the failure, and only there', async () => {
  const said: string[] = []
  const narrator = {
    say: (line: string) => void said.push(line),
    during: <T>(_: string, work: () => Promise<T>) => work(),
  }
  const run = (body: string): Promise<void> => ensureInstalled({ root, env: fakeNpm(body), narrator })
  await expect(run(`console.error('npm error code ENOTFOUND'); process.exit(1)`)).rejects.toThrow(/check the network/)
  expect(said).toEqual([])
  await expect(run(`console.error('npm error strange'); process.exit(1)`)).rejects.toThrow(/its own words are above/)
  expect(said).toEqual(['npm error strange'])
})

test.each([
  ['ENOSPC', 'disk', /^no space left in \/data \(ENOSPC\): free some/],
  ['EROFS', 'permission', /^cannot write to \/data \(EROFS\): make it writable/],
])('[HO25] a file operation that fails with %s says what to do', (code, kind, message) => {
  const cause = Object.assign(new Error('raw'), { code })
  expect(explainFileError(cause, '/data')).toMatchObject({ kind, cause, message: expect.stringMatching(message) })
  expect(explainFileError(new Error('other'), '/data')).toBeNull()
})
