import { serve } from '../serve.ts'
import { readSettings } from '../settings.ts'
import type { Command } from './command.ts'

/** `serve`: what `npm start` does once everything is installed. */
export const serveCommand: Command = {
  name: 'serve',
  positionals: [],
  summary: 'serve the workspace to browsers',
  options: {
    port: { value: 'P', help: 'where to listen; 4884 where it is left out' },
    host: { value: 'H', help: '127.0.0.1 where it is left out' },
    data: { value: 'DIRECTORY', help: 'where everything is kept' },
  },
  run: ({ words, env }) => serve(readSettings(words, env)),
}
