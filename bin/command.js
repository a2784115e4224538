import { spawn } from 'node:child_process'

const KEPT_OUTPUT = 200_000

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, output: string, timedOut: boolean, missing: boolean }} Outcome */

/**
 * Runs a program to its end and keeps what it printed. Signals to us reach it first, so that nothing is left running.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, limit?: number }} [options] `limit` in milliseconds; then the program is killed
 * @returns {Promise<Outcome>} `missing` where there is no such program
 */
export async function runQuietly(command, args, { cwd, env, limit } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const released = forwardSignals((signal) => child.kill(signal))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part) => (output = (output + part).slice(-KEPT_OUTPUT)))
  }
  let timedOut = false
  const timer = limit === undefined ? undefined : setTimeout(() => (timedOut = child.kill('SIGKILL')), limit)
  try {
    const end = await childEnd(child)
    return { ...end, output, timedOut }
  } finally {
    clearTimeout(timer)
    released()
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, missing: boolean }>}
 */
export function childEnd(child) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT')
        resolve({ code: null, signal: null, missing: true })
      else reject(error)
    })
    child.once('close', (code, signal) => resolve({ code, signal, missing: false }))
  })
}

/**
 * Hands SIGINT, SIGTERM and SIGHUP on, until the returned function is called; then a signal that came meanwhile ends this process too.
 * @param {(signal: NodeJS.Signals) => void} send
 */
export function forwardSignals(send) {
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  /** @type {NodeJS.Signals | null} */
  let received = null
  const handlers = signals.map((signal) => {
    const handler = () => send((received = signal))
    process.on(signal, handler)
    return /** @type {const} */ ([signal, handler])
  })
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
    if (received !== null) process.kill(process.pid, received)
  }
}
