/**
 * What a click on an output token costs a person: the time to the first colours, to the finished attribution, and of a click that was
 * computed before; through HTTP and Socket.IO as the page does it, without the time the browser paints.
 *
 *   npm run bench -- clicks [--rows 12]
 *
 * Measured twice: while the server still writes the corpora of the examples, and when it has nothing else to do.
 */
import { parseArgs } from 'node:util'
import { io, type Socket } from 'socket.io-client'
import { socketPath, type ServerToClient } from '#collab/wire/events.ts'
import type { AttributionReply } from '#server/wire/attributions.ts'
import type { InstanceReply, InstancesReply } from '#server/wire/instances.ts'
import { paths } from '#server/wire/paths.ts'
import { type Caller, signIn } from '#tests/support/caller.ts'
import { options } from '#tests/support/options.ts'
import { duration, median, report, type Row } from './support/report.ts'
import { exampleWorkspaces, startServer, stopCorpora } from './support/server.ts'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '12' } } })
const rowCount = Number(values.rows)
const server = await startServer('clicks')

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Joins a workspace as the page does, once the server has said what it builds on. */
async function joinRoom(url: string, { cookie }: Caller, workspace: string): Promise<Socket<ServerToClient>> {
  const socket: Socket<ServerToClient> = io(url, {
    path: socketPath,
    transports: ['websocket'],
    auth: { workspace, after: null },
    extraHeaders: { cookie, origin: url },
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('ready', () => resolve())
    socket.once('connect_error', reject)
  })
  return socket
}

interface Click {
  /** Milliseconds until the first scores of the token, until all of the instance are final, and of the same click again. */
  readonly first: number
  readonly token: number
  readonly whole: number
  readonly again: number
}

/** One click; null where it was answered without computing. */
async function click(
  person: Caller,
  socket: Socket<ServerToClient>,
  workspace: string,
  instance: InstanceReply,
): Promise<Click | null> {
  const focus = instance.output!.ids.length >> 1
  const started = performance.now()
  const seen: { key: string; at: number; converged: number }[] = []
  socket.on('partial', ({ key, converged }) => seen.push({ key, at: performance.now(), converged }))
  const request = { instance: instance.id, options, focus }
  const done = new Map<string, (result: string) => void>()
  const early = new Map<string, string>()
  socket.on('durable', (_seq, event) => {
    if (event.type === 'run-failed') throw new Error(event.message)
    if (event.type !== 'run-done' || event.result === null) return
    early.set(event.key, event.result)
    done.get(event.key)?.(event.result)
  })
  const { run, how } = await person.read<AttributionReply>('POST', paths.attributions(workspace), request)
  // Another instance with the same tokens may have been clicked before.
  const result =
    how === 'computed'
      ? null
      : (early.get(run.key) ?? (await new Promise<string>((resolve) => done.set(run.key, resolve))))
  socket.removeAllListeners('partial').removeAllListeners('durable')
  if (result === null) return null
  await (await person.ask('GET', paths.result(workspace, result))).arrayBuffer()
  const ended = performance.now()
  const own = seen.filter(({ key }) => key === run.key)
  const known = await person.read<AttributionReply>('POST', paths.attributions(workspace), request)
  await (await person.ask('GET', paths.result(workspace, known.run.result!))).arrayBuffer()
  return {
    // What no part told was seen with the whole.
    first: (own[0]?.at ?? ended) - started,
    token: (own.find(({ converged }) => converged > 0)?.at ?? ended) - started,
    whole: ended - started,
    again: performance.now() - ended,
  }
}

async function measure(url: string, person: Caller, workspace: string, from: number): Promise<readonly Click[]> {
  await person.ask('GET', paths.workspace(workspace))
  const socket = await joinRoom(url, person, workspace)
  const { rows } = await person.read<InstancesReply>(
    'GET',
    `${paths.instances(workspace)}?offset=${from}&limit=${rowCount}`,
  )
  const clicks: Click[] = []
  for (const { id, output } of rows) {
    if (output === null) await person.read('POST', paths.output(workspace, id), {})
    for (;;) {
      const instance = await person.read<InstanceReply>('GET', paths.instance(workspace, id))
      if (instance.output !== null) {
        const clicked = await click(person, socket, workspace, instance)
        if (clicked !== null) clicks.push(clicked)
        break
      }
      await pause(100)
    }
  }
  socket.disconnect()
  return clicks
}

const rows: Row[] = []
const details: Record<string, unknown> = {}

function keep(what: string, clicks: readonly Click[]): void {
  details[what] = clicks
  const middle = (read: (click: Click) => number): number => median(clicks.map(read)) / 1000
  const worst = (read: (click: Click) => number): number => Math.max(...clicks.map(read)) / 1000
  const row = (name: string, read: (click: Click) => number, goal: string): Row => ({
    what: `${what}: ${name}`,
    ours: `${duration(middle(read))}, at most ${duration(worst(read))}`,
    reference: '',
    ratio: '',
    goal,
  })
  const added = [
    row('first colours after a click', ({ first }) => first, '≤ 500 ms'),
    row('the clicked token final', ({ token }) => token, ''),
    row('the whole instance final', ({ whole }) => whole, ''),
    row('the same click again', ({ again }) => again, '≤ 50 ms'),
  ]
  rows.push(...added)
  for (const { what: name, ours } of added) console.log(`${name}: ${ours}`)
}

try {
  const { url } = server
  const person = await signIn(url, 'Bench')
  for (const workspace of exampleWorkspaces) {
    keep(`${workspace}, while corpora are written`, await measure(url, person, workspace, 0))
  }
  await stopCorpora(person)
  for (const workspace of exampleWorkspaces) {
    keep(`${workspace}, idle`, await measure(url, person, workspace, rowCount))
  }
  report('clicks', rows, details)
} finally {
  await server.close()
}
