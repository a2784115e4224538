/** What people in a room see of each other. `user` is written by the server; the rest by the client, within this schema. */
import { z } from 'zod'
import { identifier } from './identifiers.ts'
import { headName, tokenChoice } from './document.ts'

export const roles = ['viewer', 'commenter', 'editor', 'owner'] as const
export const role = z.enum(roles)
export type Role = z.infer<typeof role>

/** A person as others see them. Colour is one of the six of the design tokens; dash tells apart who shares one. */
export const person = z.strictObject({
  id: identifier,
  name: z.string().min(1).max(80),
  colour: z.number().int().min(1).max(6),
  dash: z.number().int().min(1).max(3),
})
export type Person = z.infer<typeof person>

const structId = z.strictObject({ client: z.number().int().min(0), clock: z.number().int().min(0) })

/** Y.RelativePosition as JSON. */
const relativePosition = z.strictObject({
  type: structId.nullish(),
  tname: z.string().max(80).nullish(),
  item: structId.nullish(),
  assoc: z.number().int().min(-1).max(1).nullish(),
})

/** A place that others can find in a view of their own: a token, a head, or a point of the plane of one layout. */
export const spot = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('token'), instance: identifier, token: tokenChoice }),
  z.object({ kind: z.literal('head'), head: headName }),
  /** In the layout's own coordinates, before it is turned to fit a pane. */
  z.object({
    kind: z.literal('place'),
    layout: z.string().min(1).max(80),
    layer: z.number().int().min(0).max(999),
    at: z.tuple([z.number(), z.number()]),
  }),
])
export type Spot = z.infer<typeof spot>

/** The fields a client may send. Anything else is dropped by the server. */
export const clientPresence = z.object({
  /** Which pane has the focus. */
  pane: z.enum(['instance', 'projection', 'list', 'attention', 'notes']).nullish(),
  /** What the pointer or the keyboard is on. */
  hover: spot.nullish(),
  /** The caret in a note; y-codemirror.next writes it. */
  cursor: z.object({ anchor: relativePosition, head: relativePosition }).nullish(),
  /** The person has not moved for a minute. */
  idle: z.boolean().nullish(),
})
export type ClientPresence = z.infer<typeof clientPresence>

/** `name`, `color` and `colorLight` are what y-codemirror.next reads; CSS variables, so that themes work. */
export const presence = clientPresence.extend({
  user: person.extend({ role, color: z.string().max(80), colorLight: z.string().max(80) }),
})
export type Presence = z.infer<typeof presence>
