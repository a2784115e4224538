/**
 * What an update does, read from its bytes before Yjs sees them. Yjs trusts its input: a few bytes can claim a huge range of
 * another person's clock, so that all they type afterwards vanishes; wait for ever for what never comes, stored and sent to
 * everybody; or take a number of steps that grows with the square of their length. The format is version 1 of Yjs updates:
 * per client its structs, then the deleted ranges.
 */
import { bytesLeft, expectEnd, openBytes, readByte, readText, readUint, skipBytes, unreadable } from './bytes.ts'
import type { Decoder } from './bytes.ts'
import { fits, type Layout } from './layout.ts'

/** Half-open: `from` up to and without `to`. */
export interface ClockRange {
  readonly from: number
  readonly to: number
}

export interface Inspection {
  readonly structs: number
  /** Clocks that the structs of each client take. */
  readonly ranges: ReadonlyMap<number, ClockRange>
  /** Per client the clock that must be reached before all of this can be applied. */
  readonly needs: ReadonlyMap<number, number>
  /** What is deleted, rising and without overlap per client. */
  readonly deletes: ReadonlyMap<number, readonly ClockRange[]>
}

const MOST_CLIENT = 0xffff_ffff
/** Structs without content take clocks without taking bytes; more of them than anybody types and deletes in one go are an attack. */
const MOST_EMPTY_CLOCKS = 1 << 20
const MOST_VALUE_BYTES = 64 << 10
const MOST_VALUE_DEPTH = 16

/** Low five bits of a struct's first byte. */
const contents = { deleted: 1, text: 4, json: 8 } as const
const HAS_LEFT = 0x80
const HAS_RIGHT = 0x40
const HAS_KEY = 0x20

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

interface Findings {
  readonly layout: Layout
  readonly ranges: Map<number, ClockRange>
  readonly needs: Map<number, number>
  readonly deletes: Map<number, ClockRange[]>
  structs: number
  emptyClocks: number
  readonly mostEmptyClocks: number
}

/**
 * Reads a whole update. Throws a CollabError `unreadable` on bytes that are no update, or one that does not fit the layout.
 * `mostEmptyClocks` bounds the clocks without content, of which the state of an old document may have many.
 */
export function inspectUpdate(update: Uint8Array, layout: Layout, mostEmptyClocks = MOST_EMPTY_CLOCKS): Inspection {
  const decoder = openBytes(update)
  const findings: Findings = {
    layout,
    ranges: new Map(),
    needs: new Map(),
    deletes: new Map(),
    structs: 0,
    emptyClocks: 0,
    mostEmptyClocks,
  }
  // A client's structs take at least four bytes, its deletions as well.
  for (let left = readUint(decoder, bytesLeft(decoder)); left > 0; left--) readClientStructs(decoder, findings)
  for (let left = readUint(decoder, bytesLeft(decoder)); left > 0; left--) readClientDeletes(decoder, findings)
  expectEnd(decoder)
  return findings
}

function readClientStructs(decoder: Decoder, findings: Findings): void {
  const count = readUint(decoder, bytesLeft(decoder))
  const client = readUint(decoder, MOST_CLIENT)
  if (count === 0 || findings.ranges.has(client))
    throw unreadable(decoder, `structs of client ${client} twice, or none`)
  const from = readUint(decoder)
  let clock = from
  for (let i = 0; i < count; i++) {
    clock += readStruct(decoder, findings, client, clock)
    if (clock > Number.MAX_SAFE_INTEGER) throw unreadable(decoder, `clock ${clock}`)
  }
  findings.structs += count
  findings.ranges.set(client, { from, to: clock })
}

/** Returns how many clocks the struct takes. */
function readStruct(decoder: Decoder, findings: Findings, client: number, clock: number): number {
  const info = readByte(decoder)
  if ((info & HAS_LEFT) !== 0) readNeighbour(decoder, findings, client, clock)
  if ((info & HAS_RIGHT) !== 0) readNeighbour(decoder, findings, client, clock)
  if ((info & (HAS_LEFT | HAS_RIGHT)) === 0) readPlace(decoder, findings.layout, (info & HAS_KEY) !== 0)
  return readContent(decoder, findings, info & 0x1f)
}

/** A neighbour must exist before: earlier by the same client, or anything by another. */
function readNeighbour(decoder: Decoder, findings: Findings, client: number, clock: number): void {
  const neighbour = readUint(decoder, MOST_CLIENT)
  const at = readUint(decoder)
  if (neighbour !== client) return need(findings, neighbour, at + 1)
  // Yjs takes this for granted and would fail half-way through the update.
  if (at >= clock) throw unreadable(decoder, `struct ${client}:${clock} beside the later ${client}:${at}`)
}

function need(findings: Findings, client: number, clock: number): void {
  if (clock > (findings.needs.get(client) ?? 0)) findings.needs.set(client, clock)
}

/** Structs without neighbours say where they are: in a top-level type by name. The alternative, inside another value, is refused. */
function readPlace(decoder: Decoder, layout: Layout, hasKey: boolean): void {
  if (readUint(decoder) !== 1) throw unreadable(decoder, 'a value inside a value')
  const name = readText(decoder, 80)
  const key = hasKey ? readText(decoder, 80) : null
  if (!fits(layout, name, key)) throw unreadable(decoder, `nothing may be stored at ${JSON.stringify([name, key])}`)
}

function readContent(decoder: Decoder, findings: Findings, kind: number): number {
  if (kind === contents.deleted) return readEmptyClocks(decoder, findings)
  if (kind === contents.text && findings.layout.kind === 'text') {
    const units = readText(decoder).length
    if (units === 0) throw unreadable(decoder, 'an empty text')
    return units
  }
  if (kind === contents.json && findings.layout.kind === 'maps') {
    if (readUint(decoder) !== 1) throw unreadable(decoder, 'several values under one key')
    const start = decoder.pos
    skipJson(decoder, 0)
    if (decoder.pos - start > MOST_VALUE_BYTES) throw unreadable(decoder, `a value of ${decoder.pos - start} bytes`)
    return 1
  }
  throw unreadable(decoder, `content of kind ${kind}`)
}

function readEmptyClocks(decoder: Decoder, findings: Findings): number {
  const length = readUint(decoder)
  findings.emptyClocks += length
  if (length === 0 || findings.emptyClocks > findings.mostEmptyClocks)
    throw unreadable(decoder, `${length} clocks without content`)
  return length
}

/** Steps over one value in lib0's `any` encoding, of those kinds that JSON has (and undefined). */
function skipJson(decoder: Decoder, depth: number): void {
  if (depth > MOST_VALUE_DEPTH) throw unreadable(decoder, `a value nested more than ${MOST_VALUE_DEPTH} deep`)
  const kind = readByte(decoder)
  if (kind === 127 || kind === 126 || kind === 121 || kind === 120) return // undefined, null, false, true
  if (kind === 125) return skipInteger(decoder)
  if (kind === 124) return skipBytes(decoder, 4)
  if (kind === 123) return skipBytes(decoder, 8)
  if (kind === 119) return void readText(decoder)
  if (kind !== 118 && kind !== 117) throw unreadable(decoder, `a value of kind ${kind}, which JSON does not have`)
  for (let left = readUint(decoder, bytesLeft(decoder)); left > 0; left--) {
    if (kind === 118) readKey(decoder)
    skipJson(decoder, depth + 1)
  }
}

/** lib0 sets keys by plain assignment, so that `__proto__` would give the value another prototype. */
function readKey(decoder: Decoder): void {
  const key = readText(decoder)
  if (forbiddenKeys.has(key)) throw unreadable(decoder, `the key ${key}`)
}

function skipInteger(decoder: Decoder): void {
  for (let length = 1; readByte(decoder) >= 0x80; length++) {
    if (length === 8) throw unreadable(decoder, 'an integer without an end')
  }
}

/** Ranges rise and do not overlap, as Yjs writes them: otherwise a few bytes could walk over all structs many times. */
function readClientDeletes(decoder: Decoder, findings: Findings): void {
  const client = readUint(decoder, MOST_CLIENT)
  if (findings.deletes.has(client)) throw unreadable(decoder, `deletions of client ${client} twice`)
  const ranges: ClockRange[] = []
  let end = 0
  for (let left = readUint(decoder, bytesLeft(decoder)); left > 0; left--) {
    const from = readUint(decoder)
    const to = from + readUint(decoder)
    if (from < end || to <= from || to > Number.MAX_SAFE_INTEGER)
      throw unreadable(decoder, `deletion of ${from} to ${to}`)
    ranges.push({ from, to })
    end = to
  }
  findings.deletes.set(client, ranges)
  need(findings, client, end)
}

/** Reads a state vector: client ids with the clocks reached. */
export function inspectStateVector(vector: Uint8Array): Map<number, number> {
  const decoder = openBytes(vector)
  const clocks = new Map<number, number>()
  for (let left = readUint(decoder, bytesLeft(decoder)); left > 0; left--) {
    const client = readUint(decoder, MOST_CLIENT)
    clocks.set(client, readUint(decoder))
  }
  expectEnd(decoder)
  return clocks
}
