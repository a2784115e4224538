import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { build } from 'vite'
import solid from 'vite-plugin-solid'

/** The policy that the product's server sends, without its sockets. */
const policy = "default-src 'self'; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'"

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
}

/** Builds the page of the stories with the product's compiler settings, outside the product's bundle. */
export async function buildPage(root: string, outDir: string): Promise<void> {
  // The option is missing from the plugin's types; see vite.config.ts.
  const compiler: object = { inlineStyles: false }
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    plugins: [solid({ solid: compiler })],
    resolve: { dedupe: ['yjs', 'lib0', 'y-protocols', 'solid-js', '@codemirror/state', '@codemirror/view'] },
    build: { outDir, emptyOutDir: true, minify: false, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  })
}

/** Serves a folder under a strict policy, on a port of its own. */
export async function serveFolder(folder: string): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    const file = join(folder, path === '/' ? 'index.html' : path)
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
    response.setHeader('content-security-policy', policy)
    void readFile(file).then(
      (content) => response.end(content),
      () => response.writeHead(path === '/favicon.ico' ? 204 : 404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // An IP server has an object as its address.
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
