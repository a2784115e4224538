import { z } from 'zod'

/** Every refusal of the API. `kind` is for programs, `message` for people: what is wrong and what to do next. */
export const errorReply = z.object({
  error: z.object({
    kind: z.enum([
      'bad-request',
      'not-signed-in',
      'not-allowed',
      'not-found',
      'conflict',
      'too-large',
      'too-many',
      'unsupported',
      'no-space',
      'not-ready',
      'internal',
    ]),
    message: z.string(),
    /** Where in the request the fault lies: `options.baseline`. */
    field: z.string().optional(),
  }),
})
export type ErrorReply = z.infer<typeof errorReply>
export type ErrorKind = ErrorReply['error']['kind']
