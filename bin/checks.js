import { join } from 'node:path'
import { checkout } from './checkout.js'
import { runQuietly } from './command.js'
import { ensureInstalled } from './installed.js'
import { makeNarrator } from './narrator.js'

/** One check: a name, and the script of an installed package with its arguments. */
const checks = [
  { name: 'types', script: 'typescript/bin/tsc', args: ['--noEmit', '--project', '.', '--pretty', 'false'] },
  { name: 'lint', script: 'oxlint/bin/oxlint', args: ['--type-aware', '--deny-warnings', '--format=unix'] },
  { name: 'format', script: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.'] },
]

/**
 * Runs every check at the same time and prints one line for each, with what a failing one has to say above it.
 * @returns {Promise<number>} the exit code
 */
export async function runChecks() {
  await ensureInstalled({ root: checkout, env: process.env, narrator: makeNarrator(process.stderr) })
  const results = await Promise.all(checks.map(runCheck))
  for (const { ok, output } of results) if (!ok) console.log(`${output.trim()}\n`)
  for (const { name, ok, seconds } of results)
    console.log(`${name.padEnd(8)} ${ok ? 'ok' : 'FAILED'} (${seconds.toFixed(1)} s)`)
  return results.every(({ ok }) => ok) ? 0 : 1
}

/** @param {{ name: string, script: string, args: readonly string[] }} check */
async function runCheck({ name, script, args }) {
  const begin = performance.now()
  const outcome = await runQuietly(process.execPath, [join(checkout, 'node_modules', script), ...args], {
    cwd: checkout,
    env: process.env,
  })
  return { name, ok: outcome.code === 0, output: outcome.output, seconds: (performance.now() - begin) / 1000 }
}
