import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { runQuietly } from './command.js'
import { HouseError } from './house-error.js'

/** What every call needs: no scripts of packages (one would download CUDA), no noise, an end where there is no network. */
const settings = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--loglevel=error',
  '--prefer-offline',
  '--fetch-retries=3',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=10000',
  '--fetch-timeout=60000',
]

const SHOWN_LINES = 20

const networkCodes =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|E5\d\d)\b/
const diskCodes = /\b(ENOSPC|EDQUOT)\b/
const permissionCodes = /\b(EACCES|EPERM|EROFS)\b/

/**
 * Runs npm, and shows what it printed only where it failed.
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, limit?: number, show?: (text: string) => void }} options
 */
export async function runNpm(args, { cwd, env, limit, show = () => {} }) {
  const { command, prefix } = findNpm(env)
  const outcome = await runQuietly(command, [...prefix, ...args, ...settings], {
    cwd,
    env: { ...env, NODE_ENV: 'development' },
    ...(limit === undefined ? {} : { limit }),
  })
  if (outcome.code === 0) return
  if (outcome.missing)
    throw new HouseError(
      'npm',
      'npm was not found: install Node with its npm from https://nodejs.org and run this again',
    )
  const failure = explainNpmFailure(outcome, cwd)
  // Its help text, and the network's retries, would bury the reason.
  if (failure.kind === 'npm') show(outcome.output.trim().split('\n').slice(0, SHOWN_LINES).join('\n'))
  throw failure
}

/**
 * The one line for a failed npm.
 * @param {Pick<import('./command.js').Outcome, 'code' | 'signal' | 'output' | 'timedOut'>} outcome
 * @param {string} place
 */
export function explainNpmFailure({ code, signal, output, timedOut }, place) {
  if (timedOut) return new HouseError('network', 'npm took too long: check the network and run this again')
  const disk = diskCodes.exec(output)
  if (disk)
    return new HouseError(
      'disk',
      `no space left for the packages (${disk[0]}): about 1 GB is needed in ${place}; free some and run this again`,
    )
  const network = networkCodes.exec(output)
  if (network)
    return new HouseError(
      'network',
      `the packages could not be fetched (${network[0]}): check the network, or npm's proxy settings, and run this again`,
    )
  const permission = permissionCodes.exec(output)
  if (permission)
    return new HouseError(
      'permission',
      `npm may not write there (${permission[0]}): make ${place} and npm's cache writable for this user`,
    )
  if (/\bEUSAGE\b/.test(output))
    return new HouseError(
      'npm',
      'package.json and package-lock.json disagree, as npm says above: run `npm install` and commit the lock file',
    )
  return new HouseError('npm', `npm failed (${signal ?? `exit code ${code}`}): its own words are above`)
}

/**
 * npm as a script for this very Node, which needs no shell on any system; else whatever `npm` the search path has.
 * @param {NodeJS.ProcessEnv} env
 */
function findNpm(env) {
  const running = env['npm_execpath'] ?? ''
  const here = dirname(process.execPath)
  const candidates = [
    ...(/^np[mx]-cli\.js$/.test(basename(running)) ? [join(dirname(running), 'npm-cli.js')] : []),
    join(here, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(here, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const script = candidates.find((path) => existsSync(path))
  return script === undefined ? { command: 'npm', prefix: [] } : { command: process.execPath, prefix: [script] }
}
