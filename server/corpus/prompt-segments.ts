/** The parts of a prompt that shows questions with their answers before it asks one. */
import type { Segment, SegmentName } from '#compute/types.ts'

const line = /^question: (?<question>.*?) \| options: (?<options>.*?) \| answer:(?<answer>.*)$/dgm

/**
 * Where questions, options and given answers stand, in lines such as `question: ship | options: boat, steel | answer: boat`; the last
 * line asks and gives no answer. Null for a prompt of another form.
 */
export function segmentPrompt(prompt: string): readonly Segment[] | null {
  const lines = [...prompt.matchAll(line)]
  const last = lines.at(-1)
  if (last === undefined || last.index + last[0].length !== prompt.trimEnd().length) return null
  if (last.groups!['answer']!.trim() !== '') return null // the groups are those of the pattern
  return lines.flatMap((match) => {
    const isDemonstration = match !== last
    const place = (name: SegmentName, group: string): Segment => {
      const [start, end] = match.indices!.groups![group]!
      return { name, start, end }
    }
    return isDemonstration
      ? [
          place('demonstration-question', 'question'),
          place('demonstration-options', 'options'),
          place('demonstration-label', 'answer'),
        ]
      : [place('question', 'question'), place('options', 'options')]
  })
}
