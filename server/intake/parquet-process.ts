/** Rows of a Parquet file, read in a process of their own: neither its time nor its memory is the server's. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { refuseFile } from './content.ts'
import type { Rows } from './found-row.ts'
import type { ParquetReply, ParquetRequest } from './parquet-worker.ts'

/** A group of 256 MB, unpacked, and its rows; what needs more is no corpus. */
const HEAP_MB = 1_536

/** Yields the rows. Throws a Refusal where the file cannot be read. `most` names of columns are read at most. */
export async function* readParquetApart(path: string, most: number): Rows {
  const reader = startReader()
  try {
    for (let reply = await reader.ask({ path, most }); reply.kind !== 'done'; reply = await reader.ask('next')) {
      if (reply.kind === 'refused') throw refuseFile(reply.message)
      if (reply.kind === 'failed') throw new Error(reply.message)
      yield* reply.rows
    }
  } finally {
    reader.end()
  }
}

interface Reader {
  /** One question at a time. */
  ask(request: ParquetRequest): Promise<ParquetReply>
  end(): void
}

function startReader(): Reader {
  // Compiled programs say `parquet-worker.js` here, and need no translation (`bin/compiled.js`).
  const program = fileURLToPath(new URL('./parquet-worker.ts', import.meta.url))
  const loader = program.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : []
  const child = fork(program, [], {
    execArgv: [...loader, `--max-old-space-size=${HEAP_MB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  let hasEnded = false
  let answer: (reply: ParquetReply) => void = () => undefined
  child.on('message', (reply) => answer(reply as ParquetReply)) // of our own program
  child.on('error', (cause) => answer({ kind: 'failed', message: String(cause) }))
  child.on('exit', () => {
    hasEnded = true
    answer({ kind: 'refused', message: tooMuch })
  })
  return {
    ask: (request) =>
      new Promise((resolve) => {
        answer = resolve
        if (hasEnded) resolve({ kind: 'refused', message: tooMuch })
        else child.send(request, () => {}) // a process that ends meanwhile is told of by 'exit'
      }),
    end: () => void child.kill('SIGKILL'),
  }
}

const tooMuch =
  'Reading this Parquet file took more memory than it may: write it with smaller groups (row_group_size=10000)'
