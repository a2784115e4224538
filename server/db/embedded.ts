import { Duplex } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { ServerError } from '../errors.ts'

/** PGlite in a worker thread, reached through a stream that node-postgres takes for a socket. */
export interface EmbeddedServer {
  /** The way in for one client at a time: there is one session. */
  connect(): Duplex
  /** Resolves when the thread ended without being asked: nothing can be stored any more. */
  readonly died: Promise<Error>
  close(): Promise<void>
}

/** Opens a directory as a database, making it if it is empty. The caller holds the lock of the data directory. */
export async function openEmbedded(directory: string): Promise<EmbeddedServer> {
  let asked = false
  const worker = new Worker(new URL('./embedded-worker.js', import.meta.url), { workerData: { directory } })
  const died = new Promise<Error>((resolve) => {
    worker.once('error', (error) => resolve(error))
    worker.once('exit', (code) => {
      if (!asked) resolve(new ServerError('internal', `internal: the database thread ended (${code})`))
    })
  })
  await Promise.race([hear(worker, 'ready'), died.then((error) => Promise.reject(error))])
  return {
    connect: () => new WorkerSocket(worker),
    died,
    async close() {
      asked = true
      const closed = hear(worker, 'closed')
      worker.postMessage('close')
      await Promise.race([closed, died])
    },
  }
}

function hear(worker: Worker, word: string): Promise<void> {
  return new Promise((resolve) => {
    const listen = (message: unknown): void => {
      if (message !== word) return
      worker.off('message', listen)
      resolve()
    }
    worker.on('message', listen)
  })
}

/** First byte of the message by which a client takes its leave; it would end the only session there is. */
const TERMINATE = 0x58

/** The part of a socket that node-postgres uses. */
class WorkerSocket extends Duplex {
  readonly #worker: Worker
  readonly #receive: (message: unknown) => void

  constructor(worker: Worker) {
    super()
    this.#worker = worker
    this.#receive = (message) => {
      if (message instanceof Uint8Array && message.length > 0) this.push(message)
    }
    worker.on('message', this.#receive)
    worker.once('exit', () => this.destroy(new Error('the database thread ended')))
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk)
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    done()
  }

  override _final(done: () => void): void {
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#worker.off('message', this.#receive)
    done(error)
  }

  #send(bytes: Buffer): void {
    // A copy of its own: what node-postgres writes may be a view into a pool of bytes that it uses again.
    if (bytes[0] !== TERMINATE) this.#worker.postMessage(new Uint8Array(bytes))
  }
}
