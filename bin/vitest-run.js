import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childEnd, forwardSignals } from './command.js'
import { failedRun, readReport } from './test-summary.js'

/** `npm test` has to end within twenty minutes on two cores, installing included; the long tests within three hours. */
const LIMIT = 17 * 60_000
const LONG_LIMIT = 3 * 60 * 60_000
const GRACE = 5_000

/** @typedef {import('./provision.js').House & { folder: string, node?: string, output?: 'inherit' | 'ignore' }} Run `folder` is for what the run leaves behind */

/**
 * Runs vitest once, in a process group of its own, so that nothing of it outlives it.
 * @param {Run} run
 * @param {readonly string[]} args
 * @returns {Promise<import('./test-summary.js').ProjectResult[]>}
 */
export async function runVitest({ root, env, folder, narrator, node = process.execPath, output = 'inherit' }, args) {
  const report = join(folder, `report-${randomUUID()}.jsonl`)
  const grouped = process.platform !== 'win32'
  const child = spawn(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...args], {
    cwd: root,
    env: { ...env, COATTEND_TEST_REPORT: report },
    stdio: ['ignore', output, output],
    detached: grouped,
  })
  const group = /** @type {number} */ (child.pid)
  const signal = (/** @type {NodeJS.Signals} */ name) => (grouped ? signalGroup(group, name) : void child.kill(name))
  const released = forwardSignals(signal)
  const limit = setTimeout(() => signal('SIGKILL'), env['COATTEND_TEST_LONG'] === '1' ? LONG_LIMIT : LIMIT)
  try {
    const end = await childEnd(child)
    const left = grouped ? await leftInGroup(group) : []
    for (const line of left) narrator.say(`still running after the tests: ${line}`)
    const projects = readReport(report, end)
    return left.length > 0 ? [...projects, failedRun('processes', `${left.length} outlived the tests`)] : projects
  } finally {
    clearTimeout(limit)
    signal('SIGKILL')
    released()
  }
}

/**
 * @param {number} group
 * @param {NodeJS.Signals} signal
 */
function signalGroup(group, signal) {
  try {
    process.kill(-group, signal)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error
  }
}

/**
 * Processes of the group that are still there after a moment of grace, as far as this system tells.
 * @param {number} group
 */
async function leftInGroup(group) {
  const end = performance.now() + GRACE
  let left = membersOf(group)
  while (left.length > 0 && performance.now() < end) {
    await sleep(100)
    left = membersOf(group)
  }
  return left
}

/**
 * From Linux's /proc, elsewhere nothing. A dead process that nobody has collected does not count.
 * @param {number} group
 * @returns {string[]}
 */
function membersOf(group) {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      // pid (name) state parent group ...; the name may hold anything, even parentheses
      const [state, , pgrp] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      if (Number(pgrp) !== group || state === 'Z') return []
      return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200)}`]
    } catch {
      return [] // gone meanwhile
    }
  })
}
