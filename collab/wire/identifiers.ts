import { z } from 'zod'

const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Ids of workspaces, instances, people, notes, filters and evidence: short, printable, safe as a key and in a path. */
export const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/)
  .refine((id) => !forbidden.has(id))

/** The Y.Docs of a workspace: `shared`, and one per note. */
export type DocumentName = 'shared' | `notes/${string}`

const notePrefix = 'notes/'

export function isDocumentName(name: string): name is DocumentName {
  if (name === 'shared') return true
  return name.startsWith(notePrefix) && identifier.safeParse(name.slice(notePrefix.length)).success
}

export const noteDocument = (note: string): DocumentName => `notes/${note}`
