/** What most files here need: a server on a data directory of its own, and a browser for the people who visit it. */
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type Caller, signIn } from '#tests/support/caller.ts'
import { writeOutputs } from './outputs.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { makeDataDirectory } from './small-examples.ts'
import { type Visitors, openVisitors } from './visitors.ts'

/** Everything of it is there once the tests of the file begin. */
export interface VisitedServer {
  /** Its data directory. */
  readonly data: string
  readonly server: ServerProcess
  readonly visitors: Visitors
  /** Speaks to the server without a browser. */
  readonly caller: Caller
  /** After it was killed: on the same data and the same port. */
  startAgain(): Promise<void>
}

export interface VisitedOptions {
  /** How many rows the corpus of each example has. */
  readonly rows?: (corpus: string) => number
  /** Workspaces whose outputs are written. */
  readonly outputs?: readonly string[]
  /** What else is made before the server starts, in its data directory or elsewhere. */
  readonly prepare?: (data: string) => Promise<void> | void
}

/** Called once in the `describe` of a file. */
export function visitServer({ rows, outputs = [], prepare }: VisitedOptions = {}): VisitedServer {
  let data: Awaited<ReturnType<typeof makeDataDirectory>>
  let server: ServerProcess
  let visitors: Visitors
  let caller: Caller
  beforeAll(async () => {
    data = await makeDataDirectory(rows)
    await prepare?.(data.path)
    server = await startServer({ data: data.path })
    caller = await signIn(server.url, 'House')
    for (const workspace of outputs) await writeOutputs(caller, workspace)
    visitors = await openVisitors()
  })
  afterEach(({ task }) => visitors.part({ name: task.name, failed: task.result?.state === 'fail' }))
  afterAll(async () => {
    await visitors?.close()
    await server?.stop()
    data?.remove()
  })
  return {
    get data() {
      return data.path
    },
    get server() {
      return server
    },
    get visitors() {
      return visitors
    },
    get caller() {
      return caller
    },
    startAgain: async () => {
      server = await startServer({ data: data.path, port: server.port })
    },
  }
}
