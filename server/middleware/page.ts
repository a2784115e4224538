import type { MiddlewareHandler } from 'hono'
import { type Asset, NONCE_MARK } from '../assets.ts'
import type { AppDeps } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { pagePolicy } from './headers.ts'

/** Serves the built web. The page comes with a fresh nonce every time; files with a hash in their name are kept for ever. */
export function servePage({ assets, random }: Pick<AppDeps, 'assets' | 'random'>): MiddlewareHandler {
  return async (context) => {
    const asset = assets.find(context.req.path)
    if (asset === null) {
      if (assets.find('/') !== null) throw new Refusal('not-found', `there is no ${context.req.path}. Start at /`)
      throw new Refusal('not-ready', 'the web is not built. Start Coattend with "npm start", which builds it')
    }
    if (asset.page) return answerPage(asset, random, new URL(context.req.url).host)
    return answerFile(asset, context.req.raw)
  }
}

function answerPage(asset: Asset, random: AppDeps['random'], host: string): Response {
  const nonce = Buffer.from(random(18)).toString('base64')
  const html = Buffer.from(asset.bytes).toString().replaceAll(NONCE_MARK, nonce)
  return new Response(html, {
    headers: {
      'content-type': asset.type,
      'cache-control': 'no-cache',
      'content-security-policy': pagePolicy(nonce, host),
    },
  })
}

async function answerFile(asset: Asset, request: Request): Promise<Response> {
  const headers = new Headers({
    'content-type': asset.type,
    'cache-control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: asset.etag,
    vary: 'accept-encoding',
  })
  if (request.headers.get('if-none-match') === asset.etag) return new Response(null, { status: 304, headers })
  const small = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '') ? await asset.compressed() : null
  if (small !== null) headers.set('content-encoding', 'gzip')
  return new Response(new Uint8Array(small ?? asset.bytes), { headers })
}
