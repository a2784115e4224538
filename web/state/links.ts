/** Short links: a long query kept in the shared document under a hash of it, so that the same view is one link. */
import { untrack } from 'solid-js'
import type * as Y from 'yjs'
import { writeValue } from '#collab/wire/document.ts'
import type { Person } from '#collab/wire/presence.ts'
import { makeSharedMap } from '#web/collab/shared-map.ts'

export interface Links {
  /** The id of a query, which from then on everybody in the workspace can open. */
  keep(query: string): string
  /** The query of a short link; null where there is none of that id here. */
  find(id: string): string | null
  close(): void
}

export interface LinkDeps {
  readonly doc: Y.Doc
  me(): Person
  now(): number
}

export function createLinks({ doc, me, now }: LinkDeps): Links {
  const map = makeSharedMap(doc, 'links')
  return {
    keep(query) {
      const id = linkId(query)
      if (!untrack(map.values).has(id)) writeValue(doc, 'links', id, { query, by: untrack(me).id, at: now() })
      return id
    },
    find: (id) => untrack(map.values).get(id)?.query ?? null,
    close: () => map.close(),
  }
}

/** 64 bits of a text, as letters and digits: FNV-1a twice from two offsets, http://www.isthe.com/chongo/tech/comp/fnv/. */
export function linkId(text: string): string {
  const units = new TextEncoder().encode(text)
  return [0x811c9dc5, 0x9e3779b9].map((offset) => hash32(units, offset).toString(36).padStart(7, '0')).join('')
}

function hash32(units: Uint8Array, offset: number): number {
  let hash = offset
  for (const unit of units) hash = Math.imul(hash ^ unit, 0x01000193)
  return hash >>> 0
}

/** The key of a short link in an address: `?v=…`. */
export const shortKey = 'v'

/** Addresses up to this length are left as they are: they say what they show. */
const longest = 300

/** The address, shortened where it is long and may be kept. */
export function shortened(address: string, links: Links, mayKeep: boolean): string {
  const url = new URL(address)
  if (address.length <= longest || !mayKeep) return address
  return `${url.origin}${url.pathname}?${shortKey}=${links.keep(url.searchParams.toString())}`
}
