/** Seeded damage to files, for tests that feed the result to a reader. */

/** Bytes with one to eight small faults: flips, cuts, copies, insertions, absurd lengths. */
export function mutateBytes(bytes: Uint8Array, random: () => number): Buffer {
  let result: Buffer = Buffer.from(bytes)
  const faults = 1 + Math.floor(random() * 8)
  for (let fault = 0; fault < faults; fault++) result = pick(byteFaults, random)(result, random)
  return result
}

type ByteFault = (bytes: Buffer, random: () => number) => Buffer

const byteFaults: readonly ByteFault[] = [
  (bytes, random) => withByte(bytes, place(bytes, random), Math.floor(random() * 256)),
  (bytes, random) => {
    const at = place(bytes, random)
    return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8)))
  },
  // Most of what decides how a file is read stands at its start.
  (bytes, random) => withByte(bytes, Math.floor(random() * Math.min(64, bytes.length)), Math.floor(random() * 256)),
  (bytes, random) => bytes.subarray(0, place(bytes, random)),
  (bytes, random) => {
    const from = place(bytes, random)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + Math.floor(random() * 16))])
  },
  (bytes, random) => {
    const at = place(bytes, random)
    const from = place(bytes, random)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + 32), bytes.subarray(at)])
  },
  (bytes, random) => {
    const at = place(bytes, random)
    return Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), bytes.subarray(at + 1)])
  },
]

const place = (bytes: Buffer, random: () => number): number => Math.floor(random() * bytes.length)

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  if (at < copy.length) copy[at] = value
  return copy
}

/** A copy of a JSON value with one to three faults: values replaced, keys removed, renamed or added, lists cut or doubled. */
export function mutateJson(value: unknown, random: () => number): unknown {
  const holder: { root?: unknown } = { root: structuredClone(value) }
  const faults = 1 + Math.floor(random() * 3)
  for (let fault = 0; fault < faults; fault++) if ('root' in holder) damageSomewhere(holder, random)
  return holder.root ?? null
}

const strangers: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  1.5,
  1e308,
  4294967295,
  2 ** 53,
  '',
  'x',
  '▁',
  '</s>',
  '\ud800',
  [],
  [[]],
  {},
  { type: 'x' },
]

/** Walks down a random path and damages what it finds at the end. */
function damageSomewhere(holder: object, random: () => number): void {
  let parent = holder as Record<string, unknown>
  let key = Object.keys(parent)[0] ?? ''
  while (random() < 0.85) {
    const child = parent[key]
    if (typeof child !== 'object' || child === null || Object.keys(child).length === 0) break
    parent = child as Record<string, unknown>
    key = pick(Object.keys(parent), random)
  }
  pick(jsonFaults, random)(parent, key, random)
}

type JsonFault = (parent: Record<string, unknown>, key: string, random: () => number) => void

const jsonFaults: readonly JsonFault[] = [
  (parent, key, random) => {
    parent[key] = structuredClone(pick(strangers, random))
  },
  (parent, key) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1)
    else delete parent[key]
  },
  (parent, key) => {
    if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]))
    else parent[`${key}x`] = parent[key]
  },
  (parent, key, random) => {
    const other = pick(Object.keys(parent), random)
    const held = parent[key]
    parent[key] = parent[other]
    parent[other] = held
  },
  (parent, key, random) => {
    const old = parent[key]
    if (typeof old === 'number') parent[key] = old + pick([-1, 1, 0.5, 1000, -1e9, 2 ** 32], random)
    else if (typeof old === 'string')
      parent[key] = old.slice(Math.floor(random() * old.length)) + pick(['', 'ü', '\0', ' '], random)
    else if (typeof old === 'boolean') parent[key] = !old
  },
]

function pick<T>(choices: readonly T[], random: () => number): T {
  const choice = choices[Math.floor(random() * choices.length)]
  if (choice === undefined) throw new Error('internal: nothing to choose from')
  return choice
}
