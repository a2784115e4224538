/** The texts that a study of a corpus looks at, in the form that compute takes them. */
import type { AlignedRow, ComparedRow, EvaluatedRow, NamedRow, PromptRow } from '#compute/types.ts'
import { annotation, wordAlignment } from '../corpus/annotations.ts'
import { segmentPrompt } from '../corpus/prompt-segments.ts'
import type { Written } from '../db/outputs.ts'
import type { StudiedInstance } from '../db/written.ts'

/** `count` of these, evenly spaced from the middle of the first share on; all where there are fewer. */
export function sampleEvenly<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]!)
}

export type WrittenInstance = StudiedInstance & { readonly written: Written }

export const isWritten = (instance: StudiedInstance): instance is WrittenInstance => instance.written !== null

export const comparedRow = ({ ordinal, reference, written }: WrittenInstance): ComparedRow => ({
  row: ordinal,
  source: written.source.ids,
  output: written.output.ids,
  reference,
})

export function alignedRow(instance: WrittenInstance): AlignedRow {
  const { source, columns, written } = instance
  const parsed = wordAlignment.safeParse(columns)
  const alignment = !parsed.success
    ? null
    : {
        sourceWords: parsed.data.sourceTokens,
        outputWords: parsed.data.targetTokens,
        links: parsed.data.alignment,
        text: source,
        tokens: written.source,
        written: written.text,
        writtenTokens: written.output,
      }
  const { reference: _, ...row } = comparedRow(instance)
  return { ...row, alignment }
}

export function namedRow({ ordinal, source, columns, written }: StudiedInstance): NamedRow {
  const namesOf = (column: string) => annotation.safeParse(columns[column]).data ?? []
  return {
    row: ordinal,
    source,
    sourceEntities: namesOf('sourceEntities'),
    referenceEntities: namesOf('referenceEntities'),
    output:
      written === null
        ? null
        : {
            text: written.text,
            offsets: written.output.offsets,
            steps: written.steps.map(({ logProb, entropy }) => ({ logProb, entropy })),
          },
  }
}

/** `isOwn`: the output that is stored is the one that is evaluated. */
export const evaluatedRow = (
  { ordinal, source, reference, columns, written }: StudiedInstance,
  by: string | null,
  isOwn: boolean,
): EvaluatedRow => ({
  row: ordinal,
  source,
  reference,
  output: isOwn ? (written?.text ?? null) : null,
  group: by === null ? null : groupOf(columns[by]),
})

/** A value of a column as the name of a group; null where it makes none. */
export const groupOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null

/** Null for a prompt of another form, or without an answer to attribute. */
export function promptRow({ ordinal, source, reference, columns }: StudiedInstance, by: string): PromptRow | null {
  const segments = segmentPrompt(source)
  const condition = groupOf(columns[by])
  if (segments === null || condition === null || reference === null) return null
  return { row: ordinal, prompt: source, answer: reference, condition, segments }
}
