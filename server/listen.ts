import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { ServerError } from './errors.ts'
import type { App } from './app.ts'

/** A port that is taken at once, and answers "not ready" until there is an application. */
export interface Listener {
  readonly server: Server
  readonly port: number
  /** Hands all requests from now on to the application. */
  serve(app: App): void
  /** Answers "not ready" again. */
  refuse(): void
  close(): Promise<void>
}

export async function listen(host: string, port: number): Promise<Listener> {
  type Answer = (request: IncomingMessage, response: ServerResponse) => unknown
  let answer: Answer = refuseBecause('starting')
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(describe(error, host, port)))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    server,
    port: typeof address === 'object' && address !== null ? address.port : port,
    serve(app) {
      answer = getRequestListener(app.fetch, { overrideGlobalObjects: false })
    },
    refuse() {
      answer = refuseBecause('stopping')
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function refuseBecause(state: 'starting' | 'stopping') {
  const error = { kind: 'not-ready', message: `Coattend is ${state}. Try again in a few seconds` }
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ error }))
  }
}

function describe(error: NodeJS.ErrnoException, host: string, port: number): ServerError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is taken by another program. Stop that one, or choose another port with --port`,
    EACCES: `port ${port} needs more rights than this user has. Choose one above 1023 with --port`,
    EADDRNOTAVAIL: `this machine has no address ${host}. Choose another with --host`,
    ENOTFOUND: `there is no host called ${host}. Choose another with --host`,
  }
  return new ServerError('port', reasons[error.code ?? ''] ?? `cannot listen on ${host}:${port}: ${error.message}`, {
    cause: error,
  })
}
