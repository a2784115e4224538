/** Which address to give to others: the one of this page is often one that only this machine can open. */

/** Whether only the machine that serves it can open an address. */
export function isLocal(origin: string): boolean {
  const { hostname } = new URL(origin)
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}

/** The addresses worth offering, the best first: this page's own where others can open it, then names, then numbers. */
export function shareable(own: string, addresses: readonly string[]): readonly string[] {
  const others = addresses.filter((address) => address !== own && URL.canParse(address) && !isLocal(address))
  const named = (address: string): number => (/^[\d.]+$|^\[/.test(new URL(address).hostname) ? 1 : 0)
  const sorted = others.toSorted((left, right) => named(left) - named(right))
  return isLocal(own) ? [...sorted, own] : [own, ...sorted]
}

/** The same path and query at another address. */
export const linkAt = (
  origin: string,
  { pathname, search }: { readonly pathname: string; readonly search: string },
): string => `${origin}${pathname}${search}`
