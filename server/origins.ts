import { ServerError } from './errors.ts'

/** The addresses a server answers to. A page of any other address can neither read from it nor send to it. */
export interface Origins {
  readonly list: readonly string[]
  /** `Host` must name one of the addresses: a foreign name that was pointed at this machine is refused. */
  admitsHost(host: string | undefined): boolean
  /** Browsers send `Origin` with whatever could do harm; programs send none. */
  admitsOrigin(origin: string | undefined): boolean
  /** Whether a host is reached by https alone, so that its cookies must never travel in the clear. */
  isSecure(host: string | undefined): boolean
}

export function makeOrigins(list: readonly string[]): Origins {
  const origins = new Set(list)
  const byHost = new Map<string, Set<string>>()
  for (const origin of list) {
    const { host, protocol } = new URL(origin)
    byHost.set(host, (byHost.get(host) ?? new Set()).add(protocol))
  }
  // A browser leaves out the port that the protocol stands for, a program may not.
  const normal = (host: string | undefined): string => host?.toLowerCase().replace(/:(80|443)$/, '') ?? ''
  return {
    list: [...origins],
    admitsHost: (host) => byHost.has(host?.toLowerCase() ?? '') || byHost.has(normal(host)),
    admitsOrigin: (origin) => origin === undefined || origins.has(origin.toLowerCase()),
    isSecure(host) {
      const protocols = byHost.get(host?.toLowerCase() ?? '') ?? byHost.get(normal(host))
      return protocols !== undefined && !protocols.has('http:')
    },
  }
}

/** The addresses named by `COATTEND_ORIGIN`, separated by commas or spaces. */
export function parseOrigins(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(parseOrigin)
}

function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    !text.includes('*') &&
    url.username === ''
  ) {
    return url.origin
  }
  throw new ServerError(
    'settings',
    `COATTEND_ORIGIN: "${text}" is no address. Write it like https://class.example.org or http://10.0.0.5:4884`,
  )
}

/** Where a server is reached that listens on a host and port: by the names of this machine, and by its addresses if it takes all. */
export function defaultOrigins(host: string, port: number, addresses: readonly string[]): readonly string[] {
  const all = host === '0.0.0.0' || host === '::'
  const names = ['127.0.0.1', 'localhost', '::1', ...(all ? addresses : [host])]
  return [...new Set(names.map((name) => new URL(`http://${name.includes(':') ? `[${name}]` : name}:${port}`).origin))]
}
