/**
 * A reader of Python's pickle format that can only read. It keeps a stack of plain values; what a pickle wants to import goes
 * through `PickleHost.global`, which knows a few names and refuses all others. Nothing that a file names is ever called.
 * The opcodes are those that torch.save writes and torch's own restricted unpickler accepts
 * (https://github.com/pytorch/pytorch/blob/main/torch/_weights_only_unpickler.py), and their successors in protocols 4 and 5.
 */
import { ComputeError } from '#compute/errors.ts'

/** Something a pickle imports: a name, and what applying it to arguments makes; null where it cannot be applied. */
export interface PickleGlobal {
  readonly name: string
  readonly make: ((args: readonly unknown[]) => unknown) | null
}

export interface PickleHost {
  /** What is known under this name; throws where nothing is. */
  readonly global: (name: string) => PickleGlobal
  /** What stands for data kept outside the pickle. */
  readonly persistent: (id: unknown) => unknown
}

/** Dicts are maps, lists and tuples are arrays, whole numbers of more than 6 bytes are bigints. */
export interface Unpickled {
  readonly value: unknown
  /** Where the pickle ends in the bytes. */
  readonly end: number
}

interface Machine {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly host: PickleHost
  readonly file: string
  at: number
  readonly stack: unknown[]
  /** Heights of the stack at the open marks. */
  readonly marks: number[]
  readonly memo: Map<number, unknown>
}

/** Enough for 10,000 tensors. */
const mostOperations = 300_000

/** Reads one pickle that starts at `start`. Throws kind `bad-checkpoint` naming `file`. */
export function readPickle(bytes: Uint8Array, start: number, host: PickleHost, file: string): Unpickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const machine: Machine = { bytes, view, host, file, at: start, stack: [], marks: [], memo: new Map() }
  for (let count = 0; count < mostOperations; count++) {
    const code = readCount(machine, 1)
    if (code === stop) return { value: pop(machine), end: machine.at }
    const operation = operations[code]
    if (operation === undefined) throw corrupt(machine, `it holds the pickle code ${code}, which no weights need`)
    operation(machine)
  }
  throw corrupt(machine, `its pickle has more than ${mostOperations} operations`)
}

const stop = 0x2e

function corrupt({ file }: Machine, fault: string): ComputeError {
  return new ComputeError('bad-checkpoint', `${file} is no file of PyTorch weights: ${fault}`)
}

/** Moves on by `length` bytes and returns where they start. */
function advance(machine: Machine, length: number): number {
  const { at } = machine
  if (length > machine.bytes.byteLength - at) throw corrupt(machine, 'its pickle ends in the middle')
  machine.at = at + length
  return at
}

/** An unsigned number of `size` bytes, little endian. */
function readCount(machine: Machine, size: 1 | 2 | 4 | 8): number {
  const at = advance(machine, size)
  const { view } = machine
  if (size === 1) return view.getUint8(at)
  if (size === 2) return view.getUint16(at, true)
  return size === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true))
}

function readBytes(machine: Machine, size: 1 | 4 | 8): Uint8Array {
  const length = readCount(machine, size)
  const at = advance(machine, length)
  return machine.bytes.subarray(at, at + length)
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

function readLine(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at)
  if (end < 0) throw corrupt(machine, 'its pickle ends in the middle')
  const line = decode(machine.bytes.subarray(machine.at, end))
  machine.at = end + 1
  return line
}

/** Two's complement, little endian. */
function readLong(machine: Machine): number | bigint {
  const bytes = readBytes(machine, 1)
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!)
  const signed = BigInt.asIntN(8 * bytes.length, value)
  return bytes.length <= 6 ? Number(signed) : signed
}

function pop(machine: Machine): unknown {
  if (machine.stack.length <= (machine.marks.at(-1) ?? 0))
    throw corrupt(machine, 'its pickle takes from an empty stack')
  return machine.stack.pop()
}

function top(machine: Machine): unknown {
  const value = pop(machine)
  machine.stack.push(value)
  return value
}

function popToMark(machine: Machine): unknown[] {
  const mark = machine.marks.pop()
  if (mark === undefined) throw corrupt(machine, 'its pickle closes what was not opened')
  return machine.stack.splice(mark)
}

/** The last `count` values, in order. */
function popMany(machine: Machine, count: number): unknown[] {
  return Array.from({ length: count }, () => pop(machine)).toReversed()
}

function remember(machine: Machine, key: number): void {
  machine.memo.set(key, top(machine))
}

function recall(machine: Machine, key: number): unknown {
  if (!machine.memo.has(key)) throw corrupt(machine, `its pickle recalls entry ${key}, which it never kept`)
  return machine.memo.get(key)
}

function extend(machine: Machine, values: readonly unknown[]): void {
  const list = top(machine)
  if (!Array.isArray(list)) throw corrupt(machine, 'its pickle appends to what is no list')
  for (const value of values) list.push(value)
}

function setItems(machine: Machine, values: readonly unknown[]): void {
  const dict = top(machine)
  if (!(dict instanceof Map) || values.length % 2 !== 0) throw corrupt(machine, 'its pickle fills what is no dict')
  for (let i = 0; i < values.length; i += 2) dict.set(values[i], values[i + 1])
}

const isGlobal = (value: unknown): value is PickleGlobal =>
  typeof value === 'object' && value !== null && 'make' in value && 'name' in value

function applyGlobal(machine: Machine): unknown {
  const [callable, args] = popMany(machine, 2)
  if (!isGlobal(callable) || !Array.isArray(args)) throw corrupt(machine, 'its pickle calls what cannot be called')
  if (callable.make === null) throw corrupt(machine, `its pickle calls ${callable.name}`)
  return callable.make(args)
}

function importByStack(machine: Machine): PickleGlobal {
  const [module, name] = popMany(machine, 2)
  if (typeof module !== 'string' || typeof name !== 'string') throw corrupt(machine, 'its pickle imports no name')
  return machine.host.global(`${module}.${name}`)
}

/** Attributes of a dict (torch keeps version numbers there) decide nothing; nothing else has any. */
function build(machine: Machine): void {
  pop(machine)
  if (!(top(machine) instanceof Map)) throw corrupt(machine, 'its pickle sets attributes of what is no dict')
}

type Operation = (machine: Machine) => void

/** An operation that puts its result on the stack. */
const push =
  (read: (machine: Machine) => unknown): Operation =>
  (machine) =>
    void machine.stack.push(read(machine))

/** Opcodes by number, with their names in Python's pickletools. */
const operations: Readonly<Record<number, Operation>> = {
  0x80: (m) => advance(m, 1), // PROTO
  0x95: (m) => advance(m, 8), // FRAME
  0x28: (m) => m.marks.push(m.stack.length), // MARK
  0x30: pop, // POP
  0x31: popToMark, // POP_MARK
  0x32: push(top), // DUP
  0x4e: push(() => null), // NONE
  0x88: push(() => true), // NEWTRUE
  0x89: push(() => false), // NEWFALSE
  0x4b: push((m) => readCount(m, 1)), // BININT1
  0x4d: push((m) => readCount(m, 2)), // BININT2
  0x4a: push((m) => m.view.getInt32(advance(m, 4), true)), // BININT
  0x8a: push(readLong), // LONG1
  0x47: push((m) => m.view.getFloat64(advance(m, 8))), // BINFLOAT, big endian
  0x8c: push((m) => decode(readBytes(m, 1))), // SHORT_BINUNICODE
  0x58: push((m) => decode(readBytes(m, 4))), // BINUNICODE
  0x8d: push((m) => decode(readBytes(m, 8))), // BINUNICODE8
  0x55: push((m) => decode(readBytes(m, 1))), // SHORT_BINSTRING, of Python 2
  0x54: push((m) => decode(readBytes(m, 4))), // BINSTRING, of Python 2
  0x43: push((m) => readBytes(m, 1)), // SHORT_BINBYTES
  0x42: push((m) => readBytes(m, 4)), // BINBYTES
  0x29: push(() => []), // EMPTY_TUPLE
  0x85: push((m) => popMany(m, 1)), // TUPLE1
  0x86: push((m) => popMany(m, 2)), // TUPLE2
  0x87: push((m) => popMany(m, 3)), // TUPLE3
  0x74: push(popToMark), // TUPLE
  0x5d: push(() => []), // EMPTY_LIST
  0x6c: push(popToMark), // LIST
  0x61: (m) => extend(m, [pop(m)]), // APPEND
  0x65: (m) => extend(m, popToMark(m)), // APPENDS
  0x7d: push(() => new Map()), // EMPTY_DICT
  0x73: (m) => setItems(m, popMany(m, 2)), // SETITEM
  0x75: (m) => setItems(m, popToMark(m)), // SETITEMS
  0x71: (m) => remember(m, readCount(m, 1)), // BINPUT
  0x72: (m) => remember(m, readCount(m, 4)), // LONG_BINPUT
  0x94: (m) => remember(m, m.memo.size), // MEMOIZE
  0x68: push((m) => recall(m, readCount(m, 1))), // BINGET
  0x6a: push((m) => recall(m, readCount(m, 4))), // LONG_BINGET
  0x63: push((m) => m.host.global(`${readLine(m)}.${readLine(m)}`)), // GLOBAL
  0x93: push(importByStack), // STACK_GLOBAL
  0x52: push(applyGlobal), // REDUCE
  0x81: push(applyGlobal), // NEWOBJ
  0x62: build, // BUILD
  0x51: push((m) => m.host.persistent(pop(m))), // BINPERSID
}
