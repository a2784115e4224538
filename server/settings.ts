import { parseArgs } from 'node:util'
import { homedir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import envPaths from 'env-paths'
import { ServerError } from './errors.ts'
import { parseOrigins } from './origins.ts'

/** What the person who starts a server decides. */
export interface Settings {
  readonly host: string
  /** 0 takes any that is free. */
  readonly port: number
  /** The data directory, absolute. */
  readonly data: string
  /** Folder of float32 side files and downloads. */
  readonly cache: string
  /** Address of a PostgreSQL; null for the embedded database. */
  readonly databaseUrl: string | null
  /** The addresses people use; null for those of the machine itself. */
  readonly origins: readonly string[] | null
  /** Folders of this machine whose files may be named in the page; null where nobody said. */
  readonly folders: readonly string[] | null
  readonly home: string
  /** Where checkpoints are fetched from, and kept. */
  readonly hub: ReturnType<typeof readHub>
}

const DEFAULT_PORT = 4884

/** The environment variables that a server reads. */
export type ServerEnvironment = Readonly<Record<string, string | undefined>>

/**
 * Settings of `npm start` and `coattend serve`: options, else the environment, else the defaults. The data directory is the user's
 * standard one and never the checkout, which anybody may delete and clone again.
 */
export function readSettings(args: readonly string[], env: ServerEnvironment): Settings {
  const options = parseOptions(args)
  const standard = envPaths('coattend', { suffix: '' })
  return {
    host: options.host ?? nonEmpty(env['HOST']) ?? '127.0.0.1',
    port: parsePort(options.port ?? nonEmpty(env['PORT'])),
    data: resolve(options.data ?? nonEmpty(env['COATTEND_DATA']) ?? standard.data),
    cache: readCache(env),
    databaseUrl: parseDatabaseUrl(nonEmpty(env['DATABASE_URL'])),
    origins: nonEmpty(env['COATTEND_ORIGIN']) === undefined ? null : parseOrigins(env['COATTEND_ORIGIN'] ?? ''),
    folders: parseFolders(nonEmpty(env['COATTEND_FOLDERS'])),
    home: homedir(),
    hub: readHub(env),
  }
}

/** Folder of float32 side files: COATTEND_CACHE, else the user's cache folder. */
export const readCache = (env: ServerEnvironment): string =>
  resolve(nonEmpty(env['COATTEND_CACHE']) ?? envPaths('coattend', { suffix: '' }).cache)

/** Where checkpoints are fetched from, and the folder they are kept in: read from the variables that Python's libraries read. */
export function readHub(env: ServerEnvironment) {
  const { HF_HOME, XDG_CACHE_HOME, HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_ENDPOINT, HF_TOKEN } = env
  const home = nonEmpty(HF_HOME) ?? join(nonEmpty(XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'huggingface')
  return {
    endpoint: parseEndpoint(nonEmpty(HF_ENDPOINT) ?? 'https://huggingface.co'),
    cache: resolve(nonEmpty(HF_HUB_CACHE) ?? nonEmpty(HUGGINGFACE_HUB_CACHE) ?? join(home, 'hub')),
    token: nonEmpty(HF_TOKEN?.trim()) ?? null,
    offline: /^(1|on|yes|true)$/i.test(env['HF_HUB_OFFLINE'] ?? ''),
  }
}

function parseEndpoint(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
  throw new ServerError('settings', 'HF_ENDPOINT is no address. Write it like https://huggingface.co')
}

/** Folders of a data directory. */
export function foldersOf(data: string) {
  return {
    data,
    database: join(data, 'database'),
    checkpoints: join(data, 'checkpoints'),
    results: join(data, 'results'),
    states: join(data, 'states'),
    intakes: join(data, 'intakes'),
    uploads: join(data, 'uploads'),
    uploaded: join(data, 'uploaded'),
  }
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

function parseOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, host: { type: 'string' }, data: { type: 'string' } },
    })
    return values
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('. ')[0] : String(cause)
    throw new ServerError('settings', `${why}. Known are --port P, --host H and --data DIRECTORY`, { cause })
  }
}

/** `COATTEND_FOLDERS=/srv/data:/srv/models`; on Windows with semicolons. */
const parseFolders = (text: string | undefined): readonly string[] | null =>
  text?.split(delimiter).flatMap((folder) => (folder === '' ? [] : [resolve(folder)])) ?? null

function parsePort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new ServerError(
    'settings',
    `"${text}" is no port. Take a number from 1 to 65535, such as --port ${DEFAULT_PORT}`,
  )
}

function parseDatabaseUrl(text: string | undefined): string | null {
  if (text === undefined) return null
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return text
  throw new ServerError(
    'settings',
    'DATABASE_URL is no address of a PostgreSQL. Write it like postgres://user:password@host:5432/database',
  )
}
