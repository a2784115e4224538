import { defineConfig, type Plugin } from 'vite'
import solid from 'vite-plugin-solid'

const backend = 'http://127.0.0.1:4884'

/** Two copies of any of these break `instanceof` checks inside them; two copies of yjs can lose edits. */
const single = ['yjs', 'lib0', 'y-protocols', 'solid-js', '@codemirror/state', '@codemirror/view']

/**
 * Styles written in JSX are set through the CSSOM: a `style` attribute in a template would be refused by our
 * Content-Security-Policy. The option is missing from the plugin's types, which list those of an older compiler.
 */
const compiler: object = { inlineStyles: false }

/**
 * Every zod schema carries the way to write itself down as JSON Schema, which the server does for its API's description and the page
 * never does. Without it the page is 5 KB smaller, gzipped.
 */
const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  transform: {
    filter: { id: /zod\/v4\/classic\/schemas\.js$/ },
    handler: (code) =>
      code
        .replaceAll(/^ *inst\._zod\.processJSONSchema = .*;$/gm, '')
        .replaceAll(/\bcreate(?:Standard|To)JSONSchemaMethod\(this, [^)]*\)/g, 'undefined'),
  },
}

export default defineConfig({
  root: 'web',
  plugins: [withoutJsonSchema, solid({ solid: compiler })],
  resolve: { dedupe: single },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined assets would need `data:` in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': { target: backend },
      '/rt': { target: backend, ws: true },
      '/yjs': { target: backend, ws: true },
    },
  },
})
