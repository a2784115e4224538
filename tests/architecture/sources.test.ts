import ts from 'typescript'
import { beforeAll, expect, test } from 'vitest'
import { hasDefaultExport, ownLengths, readsEnvironment } from './source-shape.ts'
import { listFiles, readSource } from './source-files.ts'

const MOST_LINES = 500
const MOST_FUNCTION_LINES = 40
/** Markup takes a line for every attribute. */
const MOST_COMPONENT_LINES = 60

/** Tables, which may be long. */
const tables = /^examples\/corpora\/|^tests\/.*\/(golden|table)/

const scripts = listFiles(['.ts', '.tsx', '.js'])
const product = scripts.filter((path) => /^(bin|compute|collab|server|web)\//.test(path))

const parsed = new Map<string, ts.SourceFile>()

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

beforeAll(() => {
  for (const path of scripts) parsed.set(path, parse(path, readSource(path)))
})

function fileOf(path: string): ts.SourceFile {
  const file = parsed.get(path)
  if (file === undefined) throw new Error(`${path} was not parsed`)
  return file
}

test('[AR30] no file is longer than 500 lines, tables aside', () => {
  const long = [...scripts, ...listFiles(['.css'])]
    .filter((path) => !tables.test(path))
    .map((path) => ({ path, lines: readSource(path).split('\n').length - 1 }))
    .filter(({ lines }) => lines > MOST_LINES)
  expect(long).toEqual([])
})

test('[AR31] no function of the product is longer than 40 lines, or 60 with markup, the functions inside it not counted', () => {
  const long = product.flatMap((path) =>
    ownLengths(fileOf(path))
      .filter(({ lines }) => lines > (path.endsWith('.tsx') ? MOST_COMPONENT_LINES : MOST_FUNCTION_LINES))
      .map(({ name, line, lines }) => `${path}:${line} ${name}: ${lines} lines`),
  )
  expect(long).toEqual([])
})

test('[AR32] exports have names, but where a tool asks for a default', () => {
  const asked = /(^|\/)[\w.-]+\.config\.ts$|^tests\/support\/[\w-]+-setup\.ts$/
  expect(scripts.filter((path) => !asked.test(path) && hasDefaultExport(fileOf(path)))).toEqual([])
})

test('[AR33] only server/main.ts and bin read the environment', () => {
  const rooms = product.filter((path) => !path.startsWith('bin/') && path !== 'server/main.ts')
  expect(rooms.filter((path) => readsEnvironment(fileOf(path)))).toEqual([])
})

test('[AR34] nothing is left for later', () => {
  const later = /\b(TODO|FIXME|XXX)\b/
  const files = [...scripts, ...listFiles(['.css', '.html', '.md', '.json', '.sql'])]
  expect(
    files.filter((path) => !/^package-lock|sources\.test\.ts$/.test(path) && later.test(readSource(path))),
  ).toEqual([])
})

test('[AR35] file names are kebab-case', () => {
  const names = scripts.filter(
    (path) => !/^([a-z0-9-]+\/)*[a-z0-9-]+(\.(test|config|setup|d))?\.(ts|tsx|js)$/.test(path),
  )
  expect(names).toEqual([])
})

test('[AR36] the rules above see what they are meant to see', () => {
  const inner = 'x()\n'.repeat(50)
  const nested = parse('a.ts', `export function outer() {\nconst inner = () => {\n${inner}}\nreturn inner\n}`)
  expect(ownLengths(nested).map(({ name, lines }) => [name, lines])).toEqual([
    ['outer', 4],
    ['inner', 52],
  ])
  expect(hasDefaultExport(parse('a.ts', 'export default 1'))).toBe(true)
  expect(hasDefaultExport(parse('a.ts', 'export default function a() {}'))).toBe(true)
  expect(hasDefaultExport(parse('a.ts', 'const a = 1\nexport { a as default }'))).toBe(true)
  expect(hasDefaultExport(parse('a.ts', 'export const a = 1'))).toBe(false)
  expect(readsEnvironment(parse('a.ts', 'const port = process.env["PORT"]'))).toBe(true)
  expect(readsEnvironment(parse('a.ts', 'const { env } = process'))).toBe(true)
  expect(readsEnvironment(parse('a.ts', 'globalThis.process.env'))).toBe(true)
  expect(readsEnvironment(parse('a.ts', `import { env } from 'node:process'`))).toBe(true)
  expect(readsEnvironment(parse('a.ts', '// process.env is read elsewhere'))).toBe(false)
})
