import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** The built web, held in memory: nothing outside it can be reached by any path, and a build meanwhile tears nothing. */
export interface Assets {
  /** The file at a path; for any path that is not a file's, the page itself. null where there is nothing to serve. */
  find(path: string): Asset | null
}

export interface Asset {
  readonly type: string
  readonly bytes: Uint8Array
  readonly etag: string
  /** Its name holds a hash of its content, so it can be kept for ever. */
  readonly immutable: boolean
  /** The page: it is made anew for every answer, with its nonce. */
  readonly page: boolean
  /** Compressed once, at the first request that can use it; null where that saves nothing. */
  compressed(): Promise<Uint8Array | null>
}

/** What the page holds in place of the nonce of each answer. */
export const NONCE_MARK = 'coattend-csp-nonce'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

const compressible = /^(text\/|application\/(json|manifest|wasm)|image\/svg)/

/** Reads the folder of the built web; where there is none, nothing is found. */
export function readAssets(folder: string): Assets {
  const files = new Map<string, Asset>()
  for (const file of existsSync(folder) ? listFiles(folder) : []) {
    files.set(`/${relative(folder, file).split(sep).join('/')}`, makeAsset(file))
  }
  const page = files.get('/index.html') ?? null
  return {
    find(path) {
      const found = files.get(path)
      if (found !== undefined) return found
      return looksLikeFile(path) ? null : page
    },
  }
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
}

function makeAsset(file: string): Asset {
  const bytes = readFileSync(file)
  const type = types[extname(file)] ?? 'application/octet-stream'
  let compressing: Promise<Uint8Array | null> | null = null
  const compress = async (): Promise<Uint8Array | null> => {
    if (!compressible.test(type) || bytes.byteLength < 1_000) return null
    const small = await promisify(gzip)(bytes, { level: 9 })
    return small.byteLength < bytes.byteLength ? small : null
  }
  return {
    type,
    bytes,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    // Vite: name-<hash of 8>.ext
    immutable: /-[\w-]{8}\.\w+$/.test(file) && /[/\\]assets[/\\]/.test(file),
    page: file.endsWith('index.html'),
    compressed: () => (compressing ??= compress()),
  }
}

/** `/assets/gone.js` is missing; `/w/news.room` is an address of the page. */
const looksLikeFile = (path: string): boolean =>
  path.startsWith('/assets/') || /\.(js|css|map|json|svg|png|ico|woff2?|txt|php|env)$/.test(path)
