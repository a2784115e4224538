import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from './checkout.js'
import { HouseError } from './house-error.js'
import { ensureInstalled } from './installed.js'
import { makeNarrator } from './narrator.js'
import { enterTypeScript } from './typescript.js'

/**
 * Runs one benchmark in this process; the program finds its own options after its name, as if it had been started alone.
 * @param {readonly string[]} args
 */
export async function runBenchmark([name, ...options]) {
  const names = listBenchmarks(checkout)
  if (name === undefined || !names.includes(name)) {
    const problem = name === undefined ? 'name a benchmark' : `there is no benchmark "${name}"`
    throw new HouseError('usage', `${problem}: npm run bench -- ${names.join('|') || 'NAME (bench/ is empty)'}`)
  }
  await ensureInstalled({ root: checkout, env: process.env, narrator: makeNarrator(process.stderr) })
  process.argv.splice(1, process.argv.length, join(checkout, 'bench', `${name}.ts`), ...options)
  await enterTypeScript(checkout, `bench/${name}.ts`)
}

/** @param {string} root */
function listBenchmarks(root) {
  const folder = join(root, 'bench')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()
}
