import { existsSync } from 'node:fs'
import { runQuietly } from './command.js'
import { HouseError } from './house-error.js'

const LIMIT = 5 * 60_000
const aptGet = '/usr/bin/apt-get'

/** Whether this process may install Debian packages. */
export function canInstallDebian() {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync(aptGet)
}

/**
 * Installs Debian packages, waiting its turn where another apt is at work.
 * @param {readonly string[]} packages
 * @param {{ env: NodeJS.ProcessEnv, narrator: import('./narrator.js').Narrator }} house
 * @returns {Promise<void>} rejects with a house error where they cannot be had
 */
export async function installDebian(packages, { env, narrator }) {
  // RUNLEVEL keeps packages with a service from starting it: what the tests need they start, and end, themselves.
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2']
  const apt = (/** @type {string[]} */ ...args) =>
    runQuietly(aptGet, [...options, ...args], { env: quiet, limit: LIMIT })
  await narrator.during(`Installing Debian's ${packages.join(', ')}`, async () => {
    const update = await apt('update')
    // Old lists may still do where the update failed.
    const install = await apt('install', '--no-install-recommends', ...packages)
    if (install.code === 0) return
    const reason = [install, update]
      .map(({ output }) => output.split('\n').find((line) => line.startsWith('E:')))
      .find(Boolean)
    throw new HouseError('packages', `apt-get failed: ${reason ?? `exit code ${install.code}`}`)
  })
}
