import { z } from 'zod'
import type { Route } from './route.ts'
import { errorReply } from './wire/errors.ts'
import { guardHeader } from './wire/paths.ts'

/** The OpenAPI 3.1 document of some routes. Its schemas are JSON Schema 2020-12, which zod writes itself. */
export function describeRoutes(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Coattend', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      schemas: { Error: toSchema(errorReply, 'output') },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'coattend' } },
    },
  }
}

function describeRoute(route: Route): Record<string, unknown> {
  return {
    summary: route.summary,
    description: describeAccess(route),
    security: route.access === 'anybody' ? [] : [{ session: [] }],
    parameters: [...pathParameters(route), ...queryParameters(route), ...guardParameter(route)],
    ...(route.body === null ? {} : { requestBody: describeBody(route.body) }),
    responses: {
      [route.reply.status]: describeReply(route),
      default: {
        description: 'What is wrong and what to do next',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

function describeAccess({ access }: Route): string {
  if (access === 'anybody') return 'Open to anybody.'
  return access === 'person' ? 'For everybody who is signed in.' : `For those who may \`${access}\` in the workspace.`
}

const pathParameters = ({ path }: Route) =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))

function queryParameters({ query }: Route) {
  if (query === null) return []
  const { properties = {} } = toSchema(query, 'input') as { properties?: Record<string, unknown> }
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }))
}

const guardParameter = ({ method }: Route) =>
  method === 'GET'
    ? []
    : [{ name: guardHeader.name, in: 'header', required: true, schema: { const: guardHeader.value } }]

function describeBody(body: NonNullable<Route['body']>) {
  if ('json' in body)
    return { required: true, content: { 'application/json': { schema: toSchema(body.json, 'input') } } }
  const file = { schema: { type: 'string', format: 'binary' } }
  return { required: true, content: Object.fromEntries(body.media.map((media) => [media, file])) }
}

function describeReply({ reply, summary }: Route) {
  if ('json' in reply)
    return { description: summary, content: { 'application/json': { schema: toSchema(reply.json, 'output') } } }
  if ('media' in reply)
    return { description: summary, content: { [reply.media]: { schema: { type: 'string', format: 'binary' } } } }
  return { description: 'Done' }
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
