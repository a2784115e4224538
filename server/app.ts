import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import type { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'
import { may } from '#collab/wire/policy.ts'
import type { Person } from '#collab/wire/presence.ts'
import { readSession } from './db/people.ts'
import { readAccess } from './db/workspaces.ts'
import type { AppDeps } from './deps.ts'
import { Refusal } from './errors.ts'
import { hashToken } from './identity.ts'
import { readJson } from './middleware/body.ts'
import { guardDoor } from './middleware/door.ts'
import { answerFailure } from './middleware/failure.ts'
import { securityHeaders } from './middleware/headers.ts'
import { servePage } from './middleware/page.ts'
import type { Access, Call, Route } from './route.ts'
import { routes } from './routes/index.ts'

/** The bindings that node-server adds; absent where a test asks the application directly. */
export type App = Hono<{ Bindings: Partial<HttpBindings> }>
type AppContext = Context<{ Bindings: Partial<HttpBindings> }>

/** The application: everything that is answered over HTTP, except what collab takes over. */
export function createApp(deps: AppDeps): App {
  const app: App = new Hono()
  app.onError((error, context) => answerFailure(error, context, deps.log))
  app.use('*', securityHeaders())
  app.use('*', guardDoor(deps.origins))
  for (const route of routes) app.on(route.method, route.path, (context) => serve(route, context, deps))
  app.all('/api/*', (context) => {
    throw new Refusal('not-found', `there is no ${context.req.method} ${context.req.path}. See /api/openapi.json`)
  })
  app.get('*', servePage(deps))
  return app
}

async function serve(route: Route, context: AppContext, deps: AppDeps): Promise<Response> {
  const params = parseParams(context)
  const person = await identify(context, deps)
  const scope = await permit(route, params, person, deps)
  const call: Call = {
    deps,
    request: context.req.raw,
    params,
    query: parsePart(route.query, Object.fromEntries(new URL(context.req.url).searchParams)),
    body: await readBody(route, context.req.raw),
    person,
    address: context.env.incoming?.socket.remoteAddress ?? '',
    header: (name, value) => context.header(name, value, { append: true }),
  }
  const reply = await route.handle({ ...call, ...scope })
  if (reply instanceof Response) return reply
  // Answers hold what one person may see at one moment; files say for themselves that they may be kept.
  context.header('cache-control', 'no-store')
  if (route.reply.status === 204) return context.body(null, 204)
  return context.json(reply as object, route.reply.status) // checked by the types of the route
}

/** Parts of an address are ids; anything else names nothing. */
function parseParams(context: AppContext): Record<string, string> {
  const params = context.req.param() as Record<string, string> // Hono's type depends on the literal path
  for (const [name, value] of Object.entries(params)) {
    if (!identifier.safeParse(value).success)
      throw new Refusal('not-found', `there is no ${name} of this name. Check the address`)
  }
  return params
}

async function identify(context: AppContext, { database, cookie, now }: AppDeps): Promise<Person | null> {
  const token = getCookie(context, cookie)
  return token === undefined ? null : readSession(database, hashToken(token), now())
}

/** Checks what the route asks for; the one place where that is done. Returns what the handler is given beside the request. */
async function permit(
  route: Route,
  params: Readonly<Record<string, string>>,
  person: Person | null,
  deps: AppDeps,
): Promise<object> {
  if (route.access === 'anybody') return {}
  if (person === null)
    throw new Refusal('not-signed-in', 'you are not signed in. Sign in with your name, then try again')
  if (route.access === 'person') return {}
  return permitInWorkspace(route.access, route.inBin, params['workspace'] ?? '', person, deps)
}

async function permitInWorkspace(
  action: Exclude<Access, 'anybody' | 'person'>,
  inBin: boolean,
  id: string,
  person: Person,
  { database }: AppDeps,
): Promise<object> {
  const access = await readAccess(database, id, person.id)
  if (access === null) throw new Refusal('not-found', 'there is no such workspace. Go back to the list of workspaces')
  const { workspace, role } = access
  if (role === null)
    throw new Refusal('not-allowed', 'you have no access to this workspace. Ask its owner to invite you')
  if (workspace.deletedAt !== null && !inBin) {
    throw new Refusal('not-found', 'this workspace is in the bin. Its owner can take it out again')
  }
  if (!may(role, action))
    throw new Refusal('not-allowed', `as ${role} you may not do this. Ask the owner for another role`)
  return { workspace, role }
}

function parsePart(schema: z.ZodType | null, value: unknown): unknown {
  if (schema === null) return null
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new Refusal(
    'bad-request',
    `${field === '' ? 'the request' : field}: ${issue?.message ?? 'does not fit'}. See /api/openapi.json`,
    {
      field,
    },
  )
}

async function readBody({ body }: Route, request: Request): Promise<unknown> {
  if (body === null) return null
  if ('json' in body) return parsePart(body.json, await readJson(request, body.maxBytes))
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (body.media.includes(type)) return null
  throw new Refusal('bad-request', `send a file of type ${body.media.join(' or ')}; it came as "${type.slice(0, 80)}"`)
}
