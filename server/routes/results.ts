import { isResultOf } from '../db/runs.ts'
import { Refusal } from '../errors.ts'
import { workspaceRoute } from '../route.ts'
import { resultMediaType } from '../wire/attributions.ts'
import { paths } from '../wire/paths.ts'

export const resultRoutes = [
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.result(':workspace', ':hash'),
    summary: 'A result file of a run of this workspace; it never changes',
    reply: { media: resultMediaType },
    handle: async ({ deps, params, workspace, request }) => {
      const hash = params['hash'] ?? ''
      if (!/^[0-9a-f]{64}$/.test(hash) || !(await isResultOf(deps.database, workspace.id, hash))) throw missing()
      const headers = {
        'content-type': resultMediaType,
        etag: `"${hash}"`,
        // By this person alone: others must ask, since their rights may differ.
        'cache-control': 'private, max-age=31536000, immutable',
        'content-disposition': `attachment; filename="${hash.slice(0, 12)}.safetensors"`,
      }
      if (request.headers.get('if-none-match') === headers.etag) return new Response(null, { status: 304, headers })
      const bytes = await deps.results.read(hash)
      if (bytes === null) throw missing()
      return new Response(new Uint8Array(bytes), { headers })
    },
  }),
]

const missing = (): Refusal =>
  new Refusal('not-found', 'there is no such result in this workspace. Ask for the attribution again')
