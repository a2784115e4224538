/** Reading a JSON object that somebody else wrote, field by field, with errors that name file and field. */
import { ComputeError } from '#compute/errors.ts'

export type Json = Readonly<Record<string, unknown>>

/** Typed questions to one JSON object. A field that is missing or null takes the default; without one it is an error. */
export interface Fields {
  /** Whether the field is there and not null. */
  has(name: string): boolean
  /** Whether the field is there and null, for the few where that says something else than leaving it out. */
  isNull(name: string): boolean
  /** A whole number from `least` (1 unless said otherwise). */
  whole(name: string, otherwise?: number, least?: number): number
  number(name: string, otherwise?: number): number
  flag(name: string, otherwise?: boolean): boolean
  text(name: string, otherwise?: string): string
  /** A whole number from 0, or null where there is none. */
  id(name: string): number | null
  /** One token id or a list of them; empty where there is none. */
  ids(name: string): readonly number[]
  raw(name: string): unknown
  /** Fails unless a field, where present, has one of the values under which our numbers are right. */
  require(name: string, accepted: readonly unknown[]): void
}

export function readFields(json: Json, file: string): Fields {
  const raw = (name: string): unknown => (Object.hasOwn(json, name) ? (json[name] ?? null) : null)
  const wrong = (name: string, wanted: string): ComputeError =>
    new ComputeError(
      'bad-checkpoint',
      `${file}: ${name} must be ${wanted}, not ${JSON.stringify(raw(name))?.slice(0, 80)}`,
    )
  function read<T>(name: string, wanted: string, otherwise: T | undefined, isRight: (value: unknown) => boolean): T {
    const value = raw(name)
    if (value === null && otherwise !== undefined) return otherwise
    if (value === null) throw new ComputeError('bad-checkpoint', `${file} has no ${name}; it must be ${wanted}`)
    if (!isRight(value)) throw wrong(name, wanted)
    return value as T // checked by isRight
  }
  const isWhole = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least
  return {
    raw,
    has: (name) => raw(name) !== null,
    isNull: (name) => Object.hasOwn(json, name) && raw(name) === null,
    whole: (name, otherwise, least = 1) =>
      read(name, `a whole number from ${least}`, otherwise, (value) => isWhole(value, least)),
    number: (name, otherwise) => read(name, 'a number', otherwise, (value) => Number.isFinite(value)),
    flag: (name, otherwise) => read(name, 'true or false', otherwise, (value) => typeof value === 'boolean'),
    text: (name, otherwise) => read(name, 'a text', otherwise, (value) => typeof value === 'string'),
    id: (name) => read<number | null>(name, 'a token id', null, (value) => isWhole(value, 0)),
    ids: (name) => {
      const value = raw(name)
      const list = value === null ? [] : Array.isArray(value) ? value : [value]
      if (!list.every((id) => isWhole(id, 0))) throw wrong(name, 'a token id or a list of them')
      return list as readonly number[]
    },
    require: (name, accepted) => {
      const value = raw(name)
      if (value === null || accepted.includes(value)) return
      const list = accepted.map((option) => JSON.stringify(option)).join(' or ')
      const found = JSON.stringify(value)?.slice(0, 80)
      throw new ComputeError(
        'unsupported',
        `${file}: ${name} is ${found}; only ${list} is supported for this architecture`,
      )
    },
  }
}

/** The object in a JSON text. */
export function parseJsonObject(text: string, file: string): Json {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    throw new ComputeError('bad-checkpoint', `${file} is not valid JSON; fetch it again`, { cause })
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ComputeError('bad-checkpoint', `${file} must hold a JSON object`)
  }
  return parsed as Json
}
