import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import type { ComputeError } from '#compute/index.ts'
import { isUserError } from '#compute/index.ts'
import { CollabError } from '#collab/index.ts'
import { databaseCode } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { printable, printableTrace } from '../text.ts'
import type { ErrorKind, ErrorReply } from '../wire/errors.ts'

export const statuses = {
  'bad-request': 400,
  'not-signed-in': 401,
  'not-allowed': 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  unsupported: 422,
  'too-many': 429,
  internal: 500,
  'not-ready': 503,
  'no-space': 507,
} as const satisfies Record<ErrorKind, number>

/** Answers an error in the one shape that all have. Errors of ours are logged under a number, and answered with it alone. */
export function answerFailure(error: unknown, context: Context, log: (line: string) => void): Response {
  const refusal = toRefusal(error) ?? internal(error, context, log)
  const { kind, message, field } = refusal
  const reply: ErrorReply = { error: { kind, message, ...(field === undefined ? {} : { field }) } }
  // The rest of a body that is too large is not read: the connection cannot be used again.
  if (kind === 'too-large') context.header('connection', 'close')
  context.header('cache-control', 'no-store')
  return context.json(reply, statuses[kind])
}

function toRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error
  if (isUserError(error)) return new Refusal(kindOf(error), error.message)
  if (error instanceof CollabError) return ofCollab(error)
  const code = databaseCode(error)
  // Class 08 and 57P: connection lost, database ending or starting.
  if (code !== null && /^(08|57P|ECONN|ETIMEDOUT)/.test(code)) {
    return new Refusal('not-ready', 'the database does not answer. Nothing was lost; try again in a moment', {
      cause: error,
    })
  }
  return null
}

const kindOf = ({ kind }: ComputeError): ErrorKind =>
  kind === 'too-long' ? 'too-large' : kind === 'bad-input' ? 'bad-request' : 'unsupported'

function ofCollab(error: CollabError): Refusal | null {
  if (error.kind === 'internal') return null
  const kinds = {
    unreadable: 'bad-request',
    'too-large': 'too-large',
    'bad-document': 'bad-request',
    'no-document': 'not-found',
    unavailable: 'not-ready',
  } as const
  return new Refusal(kinds[error.kind], error.message, { cause: error })
}

function internal(error: unknown, context: Context, log: (line: string) => void): Refusal {
  const number = randomBytes(4).toString('hex')
  log(`error ${number} at ${context.req.method} ${printable(context.req.path)}: ${printableTrace(error)}`)
  return new Refusal(
    'internal',
    `internal: something went wrong on the server. Try again; its log says more under ${number}`,
  )
}
