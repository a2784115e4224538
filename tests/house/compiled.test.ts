import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkout } from '../../bin/checkout.js'
import { ensureCompiled } from '../../bin/compiled.js'

let root: string
let said: string[]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coattend-house-'))
  said = []
  for (const folder of ['server', 'collab', 'compute/runtime', 'node_modules'])
    mkdirSync(join(root, folder), { recursive: true })
  write('package.json', '{ "type": "module", "version": "1.2.3", "imports": { "#compute/*": "./compute/*" } }')
  write('server/main.ts', mainProgram)
  write('compute/runtime/pool.ts', poolModule)
  write(
    'compute/runtime/worker.ts',
    `const answer: number = 42\nconsole.log(answer, import.meta.url.split('/').slice(-3).join('/'))\n`,
  )
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const mainProgram = `import { readFileSync } from 'node:fs'
import { runWorker } from '#compute/runtime/pool.ts'
interface Unused { readonly nothing: true }
export async function main(args: readonly string[]): Promise<number> {
  if (args[0] === 'fail') throw new Error('on line five')
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  console.log(args.join(), version, runWorker())
  return 3
}
`
const poolModule = `import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
export function runWorker(): string {
  return execFileSync(process.execPath, [fileURLToPath(new URL('./worker.ts', import.meta.url))], { encoding: 'utf8' }).trim()
}
`

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text)
}

function compile(): Promise<string> {
  const narrator = {
    say: (line: string) => void said.push(line),
    during: <T>(_: string, work: () => Promise<T>) => work(),
  }
  return ensureCompiled({ root, narrator })
}

/** Runs the compiled program in a process of its own, as bin does. */
function run(...args: string[]): { code: number | null; out: string; error: string } {
  const compiled = JSON.stringify(pathToFileURL(join(checkout, 'bin/compiled.js')).href)
  const script = `const { enterCompiled } = await import(${compiled})
    const { main } = await enterCompiled({ root: ${JSON.stringify(root)}, narrator: { say: console.error } }, 'server/main.ts')
    process.exitCode = await main(process.argv.slice(1))`
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script, ...args], { encoding: 'utf8' })
  return { code: child.status, out: child.stdout.trim(), error: child.stderr }
}

test('[HO70] a compiled program finds its files, starts its processes compiled, and hands on its exit code', () => {
  const { code, out, error } = run('a', 'b')
  expect(error).toBe('')
  expect(out).toBe('a,b 1.2.3 42 compute/runtime/worker.ts')
  expect(code).toBe(3)
})

test('[HO71] an error names the line of the source', () => {
  expect(run('fail').error).toContain(`${join(root, 'server', 'main.ts')}:5:`)
})

test('[HO72] it is compiled once, and again when a source changes', async () => {
  const first = await compile()
  expect(await compile()).toBe(first)
  write('compute/runtime/worker.ts', 'console.log(43)')
  const second = await compile()
  expect(second).not.toBe(first)
  expect(run('a').out).toBe('a 1.2.3 43')
})

test('[HO73] a source that cannot be compiled is named with its line, and leaves nothing behind', async () => {
  write('server/main.ts', 'export const a = 1\nexport const b = = 2\n')
  await expect(compile()).rejects.toThrow('the server could not be compiled')
  expect(said).toEqual([expect.stringMatching(/^server\/main\.ts:2: /)])
  const left = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('programs-'))
  expect(left).toEqual([])
})
