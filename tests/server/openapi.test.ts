import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes } from '#server/routes/index.ts'
import { guardHeader } from '#server/wire/paths.ts'
import { type TestServer, openTestServer } from '#tests/support/server.ts'

interface Operation {
  readonly summary: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: object
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>
}

describe('the description of the API', () => {
  let server: TestServer
  let document: { openapi: string; paths: Record<string, Record<string, Operation>>; components: { schemas: object } }

  beforeAll(async () => {
    server = await openTestServer()
    document = (await (await server.ask(null, 'GET', '/api/openapi.json')).json()) as typeof document
  })
  afterAll(() => server.close())

  it('[SV130] covers every route and nothing else', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const given = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect(described.sort()).toEqual([...given].sort())
    expect(new Set(given).size).toBe(given.length)
  })

  it('[SV131] is OpenAPI 3.1 whose references lead somewhere', () => {
    expect(document.openapi).toBe('3.1.0')
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference ?? '',
    )
    for (const reference of new Set(references)) {
      const found = reference
        .replace('#/', '')
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document)
      expect(found, reference).toBeTypeOf('object')
    }
  })

  it('[SV132] names every part of an address, and the header that unsafe methods need', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { parameters, responses, summary }] of Object.entries(operations)) {
        const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
        expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
        expect(parameters.some(({ name }) => name === guardHeader.name)).toBe(method !== 'get')
        expect(Object.keys(responses)).toContain('default')
        expect(summary.length).toBeGreaterThan(5)
      }
    }
  })

  it('[SV133] says the schema of every JSON body and every JSON reply', () => {
    for (const route of routes) {
      const operation = document.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()]
      if (route.body !== null && 'json' in route.body) {
        expect(operation?.requestBody?.content['application/json']?.schema, route.path).toMatchObject({
          type: 'object',
        })
      }
      if ('json' in route.reply) {
        const { content } = operation?.responses[String(route.reply.status)] ?? {}
        expect(content, route.path).toMatchObject({ 'application/json': { schema: { type: 'object' } } })
      }
    }
  })
})
