import { containers, noteText } from './wire/document.ts'
import { identifier, type DocumentName } from './wire/identifiers.ts'

/** What a document may hold: maps of plain JSON values, or one text. Nothing in it is nested. */
export interface Layout {
  readonly kind: 'maps' | 'text'
  /** Names of its top-level types. */
  readonly names: ReadonlySet<string>
}

export function layoutOf(document: DocumentName): Layout {
  return document === 'shared'
    ? { kind: 'maps', names: new Set(Object.values(containers)) }
    : { kind: 'text', names: new Set([noteText]) }
}

/** Whether a value may stand under this key of a top-level type; texts have no keys. */
export function fits(layout: Layout, name: string, key: string | null): boolean {
  if (!layout.names.has(name)) return false
  return layout.kind === 'text' ? key === null : key !== null && identifier.safeParse(key).success
}
