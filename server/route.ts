import type { z } from 'zod'
import type { Action } from '#collab/wire/policy.ts'
import type { Person, Role } from '#collab/wire/presence.ts'
import type { WorkspaceRow } from './db/workspaces.ts'
import type { AppDeps } from './deps.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who may call a route: anybody, whoever is signed in, or whoever may do something in the workspace of the address. */
export type Access = 'anybody' | 'person' | Action

/** What a route needs from a request, parsed and permitted, and how it answers. */
export interface Call<Query = unknown, Body = unknown> {
  readonly deps: AppDeps
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  /** null where the route is open to anybody and nobody is signed in. */
  readonly person: Person | null
  /** Address of the caller, for limits. */
  readonly address: string
  /** Adds a header to the answer. */
  header(name: string, value: string): void
}

export interface PersonCall<Query = unknown, Body = unknown> extends Call<Query, Body> {
  readonly person: Person
}

export interface WorkspaceCall<Query = unknown, Body = unknown> extends PersonCall<Query, Body> {
  readonly workspace: WorkspaceRow
  readonly role: Role
}

/** The body of a request: JSON of a schema, or bytes that the handler reads itself, counting them. */
export type BodyKind =
  | { readonly json: z.ZodType; readonly maxBytes: number }
  | { readonly media: readonly string[]; readonly maxBytes: number }

/** The answer: JSON of a schema, nothing, or a file. */
export type ReplyKind =
  | { readonly status: 200 | 201; readonly json: z.ZodType }
  | { readonly status: 204 }
  | { readonly status: 200; readonly media: string }

/** A route with its types forgotten: what the application, the OpenAPI document and the tests go through. */
export interface Route {
  readonly method: Method
  /** As Hono reads it: `/api/workspaces/:workspace`. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  /** Also in a workspace that is in the bin. */
  readonly inBin: boolean
  readonly query: z.ZodType | null
  readonly body: BodyKind | null
  readonly reply: ReplyKind
  handle(call: Call): Promise<unknown>
}

interface Definition<Query, Body, C extends Call<Query, Body>, Reply> {
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly inBin?: boolean
  readonly query?: z.ZodType<Query>
  readonly body?: z.ZodType<Body>
  /** Largest JSON body; 64 KB where nothing is said. */
  readonly maxBytes?: number
  /** In place of `body`: media types of a file. */
  readonly upload?: readonly string[]
  readonly reply: z.ZodType<Reply> | { readonly media: string } | null
  readonly status?: 201
  handle(call: C): Promise<Reply | Response>
}

const SMALL_BODY = 65_536

/** A route that anybody may call. */
export function anybodyRoute<Query, Body, Reply>(definition: Definition<Query, Body, Call<Query, Body>, Reply>): Route {
  return toRoute(definition, 'anybody')
}

/** A route for everybody who is signed in. */
export function personRoute<Query, Body, Reply>(
  definition: Definition<Query, Body, PersonCall<Query, Body>, Reply>,
): Route {
  return toRoute(definition, 'person')
}

/** A route under `/api/workspaces/:workspace` for those who may do `action` there. */
export function workspaceRoute<Query, Body, Reply>(
  action: Action,
  definition: Definition<Query, Body, WorkspaceCall<Query, Body>, Reply>,
): Route {
  return toRoute(definition, action)
}

function toRoute<Query, Body, C extends Call<Query, Body>, Reply>(
  definition: Definition<Query, Body, C, Reply>,
  access: Access,
): Route {
  const { method, path, summary, query, maxBytes = SMALL_BODY } = definition
  return {
    method,
    path,
    summary,
    access,
    inBin: definition.inBin ?? false,
    query: query ?? null,
    body: toBodyKind(definition.body, definition.upload, maxBytes),
    reply: toReplyKind(definition.reply, definition.status ?? 200),
    // The application makes the call of the kind that `access` and the schemas promise.
    handle: (call) => definition.handle(call as unknown as C),
  }
}

function toBodyKind(
  json: z.ZodType | undefined,
  media: readonly string[] | undefined,
  maxBytes: number,
): BodyKind | null {
  if (json !== undefined) return { json, maxBytes }
  return media === undefined ? null : { media, maxBytes }
}

function toReplyKind(reply: z.ZodType | { readonly media: string } | null, status: 200 | 201): ReplyKind {
  if (reply === null) return { status: 204 }
  return 'media' in reply ? { status: 200, media: reply.media } : { status, json: reply }
}
