/**
 * How somebody looks at the views, beside what they look at: the rest of a link's query, one field for each control that is not at its
 * usual choice.
 */

/** The fields, one for each control; those of the view itself have one letter, or are called `pin`. */
export const lookKeys = [
  'lay',
  'full',
  'in',
  'fill',
  'flow',
  'tab',
  'pair',
  'arcs',
  'of',
  'as',
  'by',
  'tool',
  'steps',
  'layout',
  'zoom',
  'find',
  'sort',
  'own',
  'metric',
  'cells',
  'scale',
  'roles',
  'heads',
  'across',
  'up',
  'column',
  'falling',
  'below',
  'pattern',
  'shade',
  'sink',
  'instead',
  'rows',
  'table',
] as const
export type LookKey = (typeof lookKeys)[number]

type Names = readonly [key: LookKey, name: string]

/** A control of the views. */
export interface LookPart {
  /** Its field in the query. */
  readonly key: LookKey
  /** What it is called where a link cannot be followed. */
  readonly name: string
  /** What it is at; null for the usual choice. */
  read(): string | null
  /** Sets it, with null to the usual choice. False where the text makes no sense: then nothing is changed. */
  write(text: string | null): boolean
}

/** A control with a few choices, the first of them the usual one. */
export function choicePart<T extends string>(
  [key, name]: Names,
  choices: readonly [T, ...T[]],
  read: () => T,
  write: (choice: T) => void,
): LookPart {
  return textPart([key, name], choices[0], read, (text) => {
    const found = choices.find((choice) => choice === text)
    if (found !== undefined) write(found)
    return found !== undefined
  })
}

export const switchPart = (names: Names, usual: boolean, read: () => boolean, write: (on: boolean) => void): LookPart =>
  choicePart(
    names,
    usual ? ['1', '0'] : ['0', '1'],
    () => (read() ? '1' : '0'),
    (text) => write(text === '1'),
  )

/** A control whose choices are not known beforehand; `write` judges them. */
export function textPart(
  [key, name]: Names,
  usual: string,
  read: () => string,
  write: (text: string) => boolean,
): LookPart {
  return {
    key,
    name,
    read() {
      const now = read()
      return now === usual ? null : now
    },
    write: (text) => write(text ?? usual),
  }
}

/** A whole number within limits. */
export const wholePart = (
  names: Names,
  usual: number,
  [least, most]: readonly [least: number, most: number],
  read: () => number,
  write: (value: number) => void,
): LookPart =>
  textPart(
    names,
    String(usual),
    () => String(read()),
    (text) => {
      const value = /^\d{1,6}$/.test(text) ? Number(text) : -1
      if (value < least || value > most) return false
      write(value)
      return true
    },
  )

/** A control whose value has a text of its own; `parse` gives undefined where it makes no sense. */
export const parsedPart = <T>(
  names: Names,
  usual: string,
  read: () => string,
  parse: (text: string) => T | undefined,
  write: (value: T) => void,
): LookPart =>
  textPart(names, usual, read, (text) => {
    const value = parse(text)
    if (value !== undefined && text !== read()) write(value)
    return value !== undefined
  })

/** The fields of what is not as usual, in the order of the parts. */
export const encodeLooks = (parts: readonly LookPart[]): readonly (readonly [key: string, value: string])[] =>
  parts.flatMap((part) => {
    const value = part.read()
    return value === null ? [] : [[part.key, value] as const]
  })

/**
 * Sets what a query names, and returns what it names in vain. With `whole` what it does not name is set as well, to the usual choice:
 * a link that was copied means the picture that was copied.
 */
export function openLooks(parts: readonly LookPart[], query: URLSearchParams, whole: boolean): readonly string[] {
  return parts.flatMap((part) => {
    const text = query.get(part.key)
    if (text === null && !whole) return []
    return part.write(text) ? [] : [part.name]
  })
}

/** The query with these looks in place of those it has. */
export function withLooks(query: URLSearchParams, parts: readonly LookPart[]): URLSearchParams {
  const next = new URLSearchParams(query)
  for (const { key } of parts) next.delete(key)
  for (const [key, value] of encodeLooks(parts)) next.set(key, value)
  return next
}
