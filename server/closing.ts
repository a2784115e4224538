import { printable } from './text.ts'

/** What was opened, to be closed in reverse. */
export interface Closing {
  /**
   * Keeps how to close something, from the moment its opening begins: should another thing fail meanwhile, closing waits until
   * this one is open and closes it.
   */
  open<T>(opening: Promise<T> | T, close: (opened: T) => Promise<void> | void): Promise<T>
  /** Closes everything, whatever fails on the way. */
  close(): Promise<void>
}

export function makeClosing(log: (line: string) => void): Closing {
  const closers: (() => Promise<void>)[] = []
  return {
    open(opening, close) {
      const opened = Promise.resolve(opening)
      const outcome = opened.then(
        (value) => ({ value }),
        () => null,
      )
      closers.push(async () => {
        const found = await outcome
        if (found !== null) await close(found.value)
      })
      return opened
    },
    async close() {
      for (let next = closers.pop(); next !== undefined; next = closers.pop()) {
        await next().catch((error: unknown) => log(`while closing: ${printable(String(error))}`))
      }
    },
  }
}
