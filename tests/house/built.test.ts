import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureBuilt, hashSources } from '../../bin/built.js'
import { checkout } from '../../bin/checkout.js'

let root: string
let builds: string[]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coattend-house-'))
  builds = []
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'), 'junction')
  for (const folder of ['web', 'server/wire', 'server/routes']) mkdirSync(join(root, folder), { recursive: true })
  write('web/index.html', '<!doctype html><script type="module" src="/main.js"></script>')
  write('web/main.js', `document.title = 'one'`)
  write('server/wire/a.ts', '')
  write('vite.config.ts', `export default { root: 'web' }`)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text)
}

async function ensure(): Promise<void> {
  const narrator = {
    say: () => {},
    during: <T>(what: string, work: () => Promise<T>) => {
      builds.push(what)
      return work()
    },
  }
  await ensureBuilt({ root, env: process.env, narrator })
}

function bundle(): string {
  const assets = join(root, 'web/dist/assets')
  return readdirSync(assets)
    .map((name) => readFileSync(join(assets, name), 'utf8'))
    .join()
}

test('[HO40] the page is built once, and again when its sources change', async () => {
  await ensure()
  await ensure()
  expect(builds).toHaveLength(1)
  expect(bundle()).toContain('one')
  write('web/main.js', `document.title = 'two'`)
  await ensure()
  expect(builds).toHaveLength(2)
  expect(bundle()).toContain('two')
})

test('[HO41] a build that fails leaves the old page as it was, and no other trace', async () => {
  await ensure()
  write('web/main.js', `import './nowhere.js'`)
  await expect(ensure()).rejects.toThrow('the web page could not be built')
  expect(bundle()).toContain('one')
  expect(readdirSync(join(root, 'web')).sort()).toEqual(['dist', 'index.html', 'main.js'])
  expect(existsSync(join(root, '.coattend-lock'))).toBe(false)
})

test('[HO42] only what the page is made of counts as its source', () => {
  const before = hashSources(root)
  write('server/routes/b.ts', 'export const b = 1')
  mkdirSync(join(root, 'web/dist'))
  write('web/dist/index.html', 'old')
  expect(hashSources(root)).toBe(before)
  write('server/wire/a.ts', 'export const a = 1')
  expect(hashSources(root)).not.toBe(before)
})
