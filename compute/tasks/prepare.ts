import { preparePath } from '#compute/attribution/path.ts'
import type { Opened } from './opened.ts'

/** Compiles the program behind the usual question, so that the first click on a token need not wait for it. */
export async function prepare({ engine, tokenizer }: Opened): Promise<null> {
  await tokenizer().catch(() => {}) // told of by whoever needs it
  await preparePath(engine, { objective: 'log-prob', isContrast: false, isSpan: false })
  return null
}
