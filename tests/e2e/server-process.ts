import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

export const checkout = fileURLToPath(new URL('../..', import.meta.url))

/** A server as a person starts it: a process of its own, real compute, real data. */
export interface ServerProcess {
  readonly url: string
  readonly port: number
  /** Of the server itself, also where npm and a shell stand before it. */
  readonly pid: number
  /** Of what was started: npm, or the server itself. */
  readonly starter: number
  /** What it wrote to its terminal, line by line. */
  readonly lines: readonly string[]
  /** Its compute processes that live now. */
  computeProcesses(): readonly number[]
  /** Sends a signal to the server alone, or as Ctrl-C does to all that the terminal started. */
  signal(name: NodeJS.Signals, to?: 'server' | 'terminal'): void
  /** The exit code of what was started, after all of it ended. */
  readonly ended: Promise<number | null>
  /** Kills without a chance to save anything, and waits until it and its children are gone. */
  kill(): Promise<void>
  /** Asks it to end, and waits until it has; kills it if it does not. */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly data: string
  /** 0 takes any that is free. */
  readonly port?: number
  /** `npm start`, or what npm starts. */
  readonly through?: 'npm' | 'node'
}

const ready = /ready: open (http:\/\/\S+:(\d+)) /

/** Starts a server and waits until the page can be used. */
export async function startServer(options: StartOptions): Promise<ServerProcess> {
  const { child, lines, ended } = launch(options)
  const address = await Promise.race([
    lineOf(child, lines, ready),
    ended.then((code) => Promise.reject(new Error(`the server ended with ${code}: ${lines.join(' | ')}`))),
  ])
  const [, url = '', port = ''] = ready.exec(address) ?? []
  const pid = serverBelow(child.pid ?? 0)
  const kill = async (): Promise<void> => {
    const family = [pid, ...descendants(pid)]
    signalGroup(child, 'SIGKILL')
    await ended
    await expect.poll(() => family.filter(isAlive), { timeout: 5_000 }).toEqual([])
  }
  return {
    url,
    port: Number(port),
    pid,
    starter: child.pid ?? 0,
    lines,
    computeProcesses: () => descendants(pid).filter((each) => /worker\.[jt]s/.test(commandLine(each))),
    signal: (name, to = 'server') => void (to === 'server' ? process.kill(pid, name) : signalGroup(child, name)),
    ended,
    kill,
    async stop() {
      signalGroup(child, 'SIGTERM')
      const late = setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000)
      await ended
      clearTimeout(late)
    },
  }
}

/** Runs a server that cannot start, and returns its exit code and what it said. */
export async function startInVain(options: StartOptions): Promise<{ code: number | null; lines: readonly string[] }> {
  const { child, lines, ended } = launch(options)
  const late = setTimeout(() => signalGroup(child, 'SIGKILL'), 20_000)
  const code = await ended
  clearTimeout(late)
  return { code, lines }
}

/** Starts a server, presses Ctrl-C as soon as it says where its data are, and returns its exit code and the milliseconds it took to end. */
export async function startAndInterrupt(options: StartOptions): Promise<{ code: number | null; took: number }> {
  const { child, lines, ended } = launch(options)
  await lineOf(child, lines, /^data: /)
  const begin = performance.now()
  signalGroup(child, 'SIGINT')
  const late = setTimeout(() => signalGroup(child, 'SIGKILL'), 20_000)
  const code = await ended
  clearTimeout(late)
  return { code, took: performance.now() - begin }
}

interface Launched {
  readonly child: ChildProcess
  readonly lines: readonly string[]
  readonly ended: Promise<number | null>
}

/** In a process group of its own, as a terminal does it, so that a signal reaches all of it and nothing else. */
function launch({ data, port = 0, through = 'node' }: StartOptions): Launched {
  const options = ['--port', String(port), '--data', data]
  const [command, args] =
    through === 'npm' ? ['npm', ['start', '--', ...options]] : [process.execPath, ['bin/start.js', ...options]]
  const child = spawn(command, args, {
    cwd: checkout,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) collectLines(stream, lines)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code))
  })
  const killAtExit = (): void => signalGroup(child, 'SIGKILL')
  process.once('exit', killAtExit)
  void ended.finally(() => process.off('exit', killAtExit))
  return { child, lines, ended }
}

/** As a person's shell: without what vitest and an npm around it have set, and with the rest, proxies and certificates included. */
function environment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(lifecycle|package|command|execpath|node_execpath)|VITEST|NODE_ENV$|NODE_OPTIONS$|DATABASE_URL$|PORT$|HOST$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

function collectLines(stream: NodeJS.ReadableStream, lines: string[]): void {
  let rest = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
}

function lineOf(child: ChildProcess, lines: readonly string[], pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = lines.find((line) => pattern.test(line))
      if (found !== undefined) resolve(found)
    }
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', look)
  })
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // A dead process that nobody has collected does not count.
  return stateOf(pid) !== 'Z'
}

const stateOf = (pid: number): string => {
  if (existsSync('/proc/self/stat')) return readStat(pid)?.state ?? 'Z'
  return listed(['-o', 'state=', '-p', String(pid)]).trim()[0] ?? 'Z'
}

/** npm starts a shell, which starts the server: the one that runs bin/start.js. */
function serverBelow(pid: number): number {
  const found = [pid, ...descendants(pid)].filter((each) => commandLine(each).includes('bin/start.js'))
  // The shell's own command line names the program too.
  return found.at(-1) ?? pid
}

export function descendants(pid: number): readonly number[] {
  const below = new Map<number, number[]>()
  for (const [child, parent] of listParents()) below.set(parent, [...(below.get(parent) ?? []), child])
  const walk = (at: number): number[] => (below.get(at) ?? []).flatMap((child) => [child, ...walk(child)])
  return walk(pid)
}

function listParents(): readonly (readonly [child: number, parent: number])[] {
  if (!existsSync('/proc/self/stat')) {
    const rows = listed(['-A', '-o', 'pid=,ppid=']).trim().split('\n')
    return rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number])
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((name) => {
    const stat = readStat(Number(name))
    return stat === null || stat.state === 'Z' ? [] : [[Number(name), stat.parent] as const]
  })
}

function readStat(pid: number): { state: string; parent: number } | null {
  try {
    // pid (name) state parent …; the name may hold anything, even parentheses.
    const [state = '', parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return null // gone meanwhile
  }
}

function commandLine(pid: number): string {
  if (!existsSync('/proc/self/stat')) return listed(['-o', 'args=', '-p', String(pid)])
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function listed(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8' })
  } catch {
    return '' // ps fails when nothing is listed
  }
}
