import type { MiddlewareHandler } from 'hono'
import { Refusal } from '../errors.ts'
import type { Origins } from '../origins.ts'
import { guardHeader } from '../wire/paths.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses requests that come from a page of another address. `Host` guards against names pointed at this machine, `Origin` against
 * other pages, and the extra header against forms and whatever sends no `Origin`: a page cannot add it without asking first.
 */
export function guardDoor(origins: Origins): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? new URL(context.req.url).host
    if (!origins.admitsHost(host)) throw foreign('the address', host)
    const origin = context.req.header('origin')
    if (!origins.admitsOrigin(origin)) throw foreign('a page of', origin ?? '')
    if (!safe.has(context.req.method) && context.req.header(guardHeader.name) !== guardHeader.value) {
      throw new Refusal(
        'bad-request',
        `send the header "${guardHeader.name}: ${guardHeader.value}" with every ${context.req.method}`,
      )
    }
    return next()
  }
}

function foreign(what: string, name: string): Refusal {
  return new Refusal(
    'not-allowed',
    `this server does not answer to ${what} ${JSON.stringify(name.slice(0, 100))}. ` +
      `Open it by the address it printed, or have its operator name this one in COATTEND_ORIGIN`,
  )
}
