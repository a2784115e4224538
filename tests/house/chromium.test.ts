import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { downloadNote, findChromium, listChromiums } from '../../bin/chromium.js'
import { findPostgres } from '../../bin/postgres.js'

let folder: string

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'coattend-house-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function makeProgram(...path: string[]): string {
  const file = join(folder, ...path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '')
  chmodSync(file, 0o755)
  return file
}

test('[HO50] the named Chromium comes before the system’s, and that before the downloaded one', () => {
  const cache = join(folder, 'cache')
  const named = makeProgram('named', 'my-chrome')
  const system = makeProgram('usr', 'google-chrome')
  const better = makeProgram('bin', 'chromium')
  const downloaded = makeProgram('downloaded', 'chrome')
  mkdirSync(join(downloadNote(cache), '..'), { recursive: true })
  writeFileSync(downloadNote(cache), downloaded)
  const PATH = [join(folder, 'nowhere'), join(folder, 'bin'), join(folder, 'usr')].join(delimiter)
  expect(findChromium({ PATH, COATTEND_CHROMIUM: named }, cache)).toBe(named)
  expect(listChromiums({ PATH }, cache).filter((path) => path.startsWith(folder))).toEqual([better, system, downloaded])
  expect(findChromium({ PATH, COATTEND_CHROMIUM: join(folder, 'nowhere') }, cache)).toBeNull()
})

test('[HO51] a folder counts as PostgreSQL when it has all the programs we start', () => {
  makeProgram('half', 'postgres')
  makeProgram('whole', 'postgres')
  makeProgram('whole', 'initdb')
  expect(findPostgres({ COATTEND_TEST_POSTGRES: join(folder, 'whole') })).toBe(join(folder, 'whole'))
  expect(findPostgres({ COATTEND_TEST_POSTGRES: join(folder, 'half') })).not.toBe(join(folder, 'half'))
})
