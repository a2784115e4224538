/** Where numbers come from: written into every file that leaves the page, and into citations. */

/** Enough to find the numbers again, and to notice when they were made from something else. */
export interface Provenance {
  readonly workspace: string
  /** Name of the checkpoint, and the hash of its files. */
  readonly checkpoint: string
  readonly revision: string
  readonly corpus: string
  readonly instances: number
  /** SHA-256 over the rows of the corpus; null where the server could not be asked. */
  readonly dataHash: string | null
  /** Version of Coattend that computed. */
  readonly engine: string | null
  /** What decided these numbers beyond that: method, options, seed, hash of the result. */
  readonly facts: Readonly<Record<string, string>>
  /** ISO 8601, UTC. */
  readonly date: string
  readonly link: string
}

/** Name and value of everything known, in words. */
export function provenancePairs(provenance: Provenance): readonly (readonly [name: string, value: string])[] {
  const { workspace, checkpoint, revision, corpus, instances, dataHash, engine, facts, date, link } = provenance
  return [
    ['workspace', workspace],
    ['checkpoint', checkpoint],
    ['revision', revision],
    ['corpus', `${corpus}, ${instances} instances`],
    ...(dataHash === null ? [] : [['data', `sha256:${dataHash}`] as const]),
    ...Object.entries(facts),
    ['engine', engine === null ? 'Coattend' : `Coattend ${engine}`],
    ['date', date],
    ['link', link],
  ]
}

/** Everything on one line. */
export const provenanceLine = (provenance: Provenance): string =>
  provenancePairs(provenance)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ')

/** Two short lines for the foot of a picture; the rest is in its metadata. */
export function provenanceFoot(provenance: Provenance): readonly [string, string] {
  const { workspace, checkpoint, revision, dataHash, facts, engine, date, link } = provenance
  const data = dataHash === null ? [] : [`data ${shortHash(dataHash)}`]
  const parts = [workspace, `${checkpoint} ${shortHash(revision)}`, ...data, ...Object.values(facts).slice(0, 3)]
  return [`${parts.join(' · ')} · Coattend${engine === null ? '' : ` ${engine}`}, ${date.slice(0, 10)}`, link]
}

/** The first twelve characters tell hashes apart for people. */
export const shortHash = (hash: string): string => hash.slice(0, 12)

/** "attribution-newsroom-test-1-che": words of a file name that every system takes. */
export function fileName(parts: readonly string[], ending: string): string {
  const words = parts
    .map((part) =>
      part
        .normalize('NFKD')
        .replace(/[^\p{L}\p{N}.]+/gu, '-')
        .replace(/^[-.]+|[-.]+$/g, ''),
    )
    .filter((part) => part !== '')
  return `${words.join('-').slice(0, 100) || 'coattend'}.${ending}`
}
