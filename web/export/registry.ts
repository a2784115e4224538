/** What the panes on screen can give away as files. Each view says it for itself; the menu in the pane's head offers it. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import type { Inks } from './inks.ts'
import type { Picture } from './svg.ts'
import type { StatedValue } from './citation.ts'
import type { Table } from './table.ts'

/** What one view can give away. Everything is asked for at the moment of export, so that it costs nothing before. */
export interface Exportable {
  /** What it is, in a word or two: "Head maps". Shown where a pane has several. */
  readonly title: string
  /** Words of the file's name, the kind of thing first: `['attribution', 'newsroom-test-1', 'che']`. */
  name(): readonly string[]
  /** The sentence above a picture: what is shown of what. */
  caption(): string
  /** What decided these numbers: method, options, seed. */
  facts?(): Readonly<Record<string, string>>
  /** The drawing in vectors; PNG files are made of it too. */
  svg?(inks: Inks): Picture | Promise<Picture>
  csv?(): Table | Promise<Table>
  /** Any value of JSON; without it, JSON files hold the records of `csv`. */
  json?(): unknown
  /** Hash of the result file that the numbers were read from; null while there is none. */
  tensors?(): string | null | Promise<string | null>
  /** The numbers on screen worth saying in a message. */
  values?(): readonly StatedValue[]
}

export interface Exports {
  /** Offered by a pane, in the order of registration. */
  of(pane: string): readonly Exportable[]
  readonly panes: Accessor<readonly string[]>
  /** Says what a pane can give away; the result takes it back. */
  register(pane: string, exportable: Exportable): () => void
}

export function createExports(): Exports {
  const [offers, setOffers] = createSignal<readonly (readonly [pane: string, exportable: Exportable])[]>([])
  return {
    of: (pane) => offers().flatMap(([name, exportable]) => (name === pane ? [exportable] : [])),
    panes: () => [...new Set(offers().map(([pane]) => pane))],
    register(pane, exportable) {
      const offer = [pane, exportable] as const
      setOffers((before) => [...before, offer])
      return () => void setOffers((before) => before.filter((each) => each !== offer))
    },
  }
}

/** Registers for as long as the calling component stands. */
export function offerExport(exports: Exports, pane: string, exportable: Exportable): void {
  onCleanup(exports.register(pane, exportable))
}
