/** A journal in memory that outlives the servers which write to it, and fails when told to. */
import type { DocumentName } from '#collab/wire/identifiers.ts'
import type { Journal, JournalEntry, StoredDocument } from '#collab/journal.ts'

interface Row {
  readonly seq: number
  readonly update: Uint8Array
  readonly actor: string | null
}

interface Document {
  epoch: string
  state: Uint8Array
  rows: Row[]
}

/** What stands in for the disk. */
export class Shelf {
  readonly documents = new Map<string, Document>()
  /** Whether `append` fails now. */
  isBroken = false
  /** Documents whose `append` fails. */
  readonly brokenDocuments = new Set<string>()
  appends = 0
  compactions = 0
  delayMs = 0
  loadDelayMs = 0
  #seq = 0
  #epoch = 0

  /** A journal as one server process has it; after `sever` nothing that it asks for happens any more. */
  open(): { readonly journal: Journal; sever(): void } {
    let isSevered = false
    const reach = async (delayMs: number): Promise<void> => {
      await pause(delayMs)
      if (isSevered) await new Promise(() => undefined)
    }
    const journal: Journal = {
      load: async (workspace, document) => {
        await reach(this.loadDelayMs)
        return this.#load(workspace, document)
      },
      create: async (workspace, document, state) => {
        await reach(this.delayMs)
        const epoch = `epoch-${++this.#epoch}`
        this.documents.set(`${workspace}/${document}`, { epoch, state, rows: [] })
        return epoch
      },
      append: async (entries) => {
        await reach(this.delayMs)
        return this.#append(entries)
      },
      compact: async (workspace, document, epoch, seq, state) => {
        await reach(this.delayMs)
        this.#compact(`${workspace}/${document}`, epoch, seq, state)
      },
    }
    return { journal, sever: () => (isSevered = true) }
  }

  rows(key: string): readonly Row[] {
    return this.documents.get(key)?.rows ?? []
  }

  #load(workspace: string, document: DocumentName): StoredDocument | null {
    const found = this.documents.get(`${workspace}/${document}`)
    if (found === undefined) return null
    return { epoch: found.epoch, state: found.state, updates: found.rows.map(({ update }) => update), seq: this.#seq }
  }

  #append(entries: readonly JournalEntry[]): readonly number[] {
    this.appends++
    const documents = entries.map((entry) => {
      const key = `${entry.workspace}/${entry.document}`
      const document = this.documents.get(key)
      if (this.isBroken || this.brokenDocuments.has(key)) throw new Error('the shelf is broken')
      if (document === undefined || document.epoch !== entry.epoch) throw new Error(`no ${key} of ${entry.epoch}`)
      return document
    })
    return entries.map(({ update, actor }, i) => {
      const seq = ++this.#seq
      documents[i]!.rows.push({ seq, update, actor })
      return seq
    })
  }

  #compact(key: string, epoch: string, seq: number, state: Uint8Array): void {
    const document = this.documents.get(key)
    if (document === undefined || document.epoch !== epoch) return
    this.compactions++
    document.state = state
    document.rows = document.rows.filter((row) => row.seq > seq)
  }
}

export const pause = async (milliseconds: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits until something holds; fails with its name after five seconds. */
export async function until(what: string, holds: () => boolean, withinMs = 5_000): Promise<void> {
  const start = Date.now()
  while (!holds()) {
    if (Date.now() - start > withinMs) throw new Error(`waited ${withinMs} ms in vain until ${what}`)
    await pause(5)
  }
}
