/** Rows of JSON: one object a line, or a list of objects. */
import { parseObject } from '../corpus/line.ts'
import { refuseFile } from './content.ts'
import type { Encoding } from './encoding.ts'
import { type FoundRow, type Rows, broken, readable } from './found-row.ts'
import { LONGEST_LINE, readLines, readText, tooLong } from './text-lines.ts'

/** JSONL. Throws NotUtf8. */
export async function* readJsonLines(path: string, encoding: Encoding): Rows {
  for await (const { text, line, isTooLong, read } of readLines(path, encoding)) {
    if (text.trim() === '' && !isTooLong) continue
    yield isTooLong ? broken(`line ${line}`, tooLong, read) : rowOf(`line ${line}`, text, read)
  }
}

/** A list of objects, however its lines are broken. Throws NotUtf8, or a Refusal where the list does not end. */
export async function* readJsonList(path: string, encoding: Encoding): Rows {
  const elements = new ListSplitter()
  let at = 0
  for await (const { text, read } of readText(path, encoding)) {
    at = read
    for (const { content, line } of elements.push(text)) {
      if (content === null) yield broken(`line ${line}`, tooLong, read)
      else if (content.trim() !== '') yield rowOf(`line ${line}`, content, read)
    }
    if (elements.state === 'after') break
  }
  if (elements.state !== 'after') {
    throw refuseFile(`The list ends in the middle (line ${elements.line}, byte ${at}): take the whole file`)
  }
}

function rowOf(place: string, text: string, read: number): FoundRow {
  const values = parseObject(text)
  return typeof values === 'string' ? broken(place, values, read) : readable(place, values, read)
}

interface Element {
  /** null where it is too long. */
  readonly content: string | null
  readonly line: number
}

/** Splits a JSON list into the texts of its elements, without parsing them. */
class ListSplitter {
  state: 'before' | 'inside' | 'after' = 'before'
  /** Of the character that was read last, from 1. */
  line = 1
  #depth = 0
  #isText = false
  #isEscaped = false
  #content = ''
  #start = 1
  #isLong = false

  /** The elements that end in this piece of text. */
  push(text: string): readonly Element[] {
    const elements: Element[] = []
    let from = 0
    for (let index = 0; index < text.length; index++) {
      const character = text[index]!
      if (character === '\n') this.line += 1
      if (this.state === 'after') return elements
      if (this.state === 'before') {
        if (character !== '[') continue
        ;[this.state, from] = ['inside', index + 1]
        continue
      }
      if (!this.#isBorder(character)) continue
      this.#keep(text.slice(from, index))
      from = index + 1
      elements.push(this.#finish())
      if (character === ']') this.state = 'after'
    }
    if (this.state === 'inside') this.#keep(text.slice(from))
    return elements
  }

  /** Whether an element ends before this character. */
  #isBorder(character: string): boolean {
    if (this.#isEscaped) this.#isEscaped = false
    else if (this.#isText) {
      if (character === '\\') this.#isEscaped = true
      else if (character === '"') this.#isText = false
    } else if (character === '"') this.#isText = true
    else if (character === '{' || character === '[') this.#depth += 1
    else if (this.#depth > 0 && (character === '}' || character === ']')) this.#depth -= 1
    else return this.#depth === 0 && (character === ',' || character === ']')
    return false
  }

  #keep(text: string): void {
    if (this.#content.trim() === '') {
      // The element begins at its first character that is no white space.
      const lead = /^\s*/.exec(text)?.[0] ?? ''
      this.#start = this.line - countLines(text) + countLines(lead)
    }
    if (this.#content.length + text.length > LONGEST_LINE) this.#isLong = true
    this.#content = this.#isLong ? '' : this.#content + text
  }

  #finish(): Element {
    const element = { content: this.#isLong ? null : this.#content, line: this.#start }
    ;[this.#content, this.#isLong] = ['', false]
    return element
  }
}

const countLines = (text: string): number => text.split('\n').length - 1
