import { printable } from './text.ts'

/** What was opened, to be closed in reverse. */
export interface Closing {
  /** Opens something and keeps how to close it. */
  open<T>(opening: Promise<T> | T, close: (opened: T) => Promise<void> | void): Promise<T>
  /** Closes everything, whatever fails on the way. */
  close(): Promise<void>
}

export function makeClosing(log: (line: string) => void): Closing {
  const closers: (() => Promise<void> | void)[] = []
  return {
    async open(opening, close) {
      const opened = await opening
      closers.push(() => close(opened))
      return opened
    },
    async close() {
      for (let next = closers.pop(); next !== undefined; next = closers.pop()) {
        try {
          await next()
        } catch (error) {
          log(`while closing: ${printable(String(error))}`)
        }
      }
    },
  }
}
