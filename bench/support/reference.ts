/** The Python process that does the same work with PyTorch, Captum and Inseq. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Reference {
  readonly ask: <T>(request: Readonly<Record<string, unknown>>) => Promise<T>
  readonly close: () => void
}

const inside = (path: string): string => fileURLToPath(new URL(`../pytorch/${path}`, import.meta.url))

/** Starts it with the given interpreter, or that of `bench/pytorch/setup.sh`; null where there is none. */
export function startReference(python: string | undefined): Reference | null {
  const interpreter = python ?? inside('.venv/bin/python')
  if (!existsSync(interpreter)) return null
  const child = spawn(interpreter, [inside('reference.py')], { stdio: ['pipe', 'pipe', 'ignore'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    ask: async <T>(request: Readonly<Record<string, unknown>>): Promise<T> => {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const { value, done } = await answers.next()
      if (done === true) throw new Error('the reference process ended')
      const answer = JSON.parse(value) as T & { readonly error?: string }
      if (answer.error !== undefined) throw new Error(`reference: ${answer.error}`)
      return answer
    },
    close: () => child.kill(),
  }
}
