/**
 * The zip file of a workspace: what it holds, and the schemas of its parts. `coattend.json` says what it is, `complete.json` comes
 * last and lists the SHA-256 of every other file, so that a cut or changed file is noticed before anything is stored.
 */
import { z } from 'zod'
import { identifier, isDocumentName } from '#collab/wire/identifiers.ts'
import { column } from '../corpus/columns.ts'
import { chosenLanguages } from '../wire/checkpoints.ts'
import { derivedTarget } from '../wire/derived.ts'
import { attributeValue, scoredStep, tokenizedText } from '../wire/instances.ts'
import { displayName } from '../wire/names.ts'
import { openRole } from '../wire/workspaces.ts'

/** Raised when an older Coattend could not read the file. */
export const ARCHIVE_FORMAT = 1

export const names = {
  about: 'coattend.json',
  instances: 'instances.jsonl',
  outputs: 'outputs.jsonl',
  /** Texts of people's own; an older Coattend leaves them aside. */
  derived: 'derived.jsonl',
  /** What was computed: attributions, answers to questions and studies, each with all that it was computed from. */
  runs: 'runs.jsonl',
  complete: 'complete.json',
} as const

/** `documents/shared.yjs`, `documents/notes/<id>.yjs` */
export const documentFile = (document: string): string => `documents/${document}.yjs`

/** The document of a file, or null for a file that is no document's. */
export function documentOf(file: string) {
  const name = /^documents\/(.+)\.yjs$/.exec(file)?.[1] ?? ''
  return isDocumentName(name) ? name : null
}

/** Results are for those who read the file; restoring computes them anew, since a foreign number must not pass for ours. */
export const resultFile = (hash: string): string => `results/${hash}.safetensors`

export const about = z.object({
  format: z.number().int(),
  application: z.string(),
  workspace: z.object({
    name: displayName(120),
    description: z.string().max(2_000),
    openRole,
    /** Older archives lack it. */
    languages: chosenLanguages.nullable().default(null),
  }),
  checkpoint: z.object({ id: identifier, revision: z.string().nullable() }),
  corpus: z.object({ name: displayName(120), columns: z.array(column).max(200), bytes: z.number().int().min(0) }),
})
export type About = z.infer<typeof about>

export const instanceLine = z.object({
  id: identifier,
  source: z.string().min(1).max(500_000),
  reference: z.string().nullable(),
  attributes: z.record(z.string(), attributeValue),
  data: z.record(z.string(), z.unknown()).nullable(),
})

const stored = z.object({
  text: z.string(),
  source: tokenizedText,
  output: tokenizedText,
  steps: z.array(scoredStep),
})

export const outputLine = z.object({
  instance: identifier,
  revision: z.string().max(200),
  engine: z.string().max(200),
  decoding: z.string().max(200),
  problem: z.string().nullable(),
  written: stored.nullable(),
})

/** A text of somebody's own with its output. Who made it is a person of that server. */
export const derivedLine = z.object({
  id: identifier,
  source: z.string().min(1).max(500_000),
  reference: z.string().nullable(),
  origin: z.object({
    from: identifier.nullable(),
    target: derivedTarget,
    begun: z.array(z.number().int().min(0)).nullable(),
    checkpoint: identifier.nullable(),
    languages: chosenLanguages.nullable(),
  }),
  output: outputLine.nullable(),
})

export const complete = z.object({ files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)) })
