/** What is put on the clipboard to stand in a paper or in a message. */
import type { Provenance } from './provenance.ts'
import { provenancePairs, shortHash } from './provenance.ts'

/** A number on screen, in words: `["source", "−0.73 nats"]`. */
export type StatedValue = readonly [name: string, value: string]

/** BibTeX, then the same as a sentence. */
export function citation(provenance: Provenance, what: string): string {
  return `${bibtex(provenance, what)}\n\n${citationText(provenance, what)}\n`
}

/** An entry for BibTeX. Its key is made of the day and the data, so that two views of one day get two keys. */
export function bibtex(provenance: Provenance, what: string): string {
  const { workspace, checkpoint, date, link, dataHash, revision } = provenance
  const key = `coattend-${date.slice(0, 10)}-${keyOf(link)}`
  const note = [
    `Workspace ${workspace}`,
    `checkpoint ${checkpoint}, revision ${shortHash(revision)}`,
    ...(dataHash === null ? [] : [`data sha256 ${shortHash(dataHash)}`]),
    ...Object.entries(provenance.facts).map(([name, value]) => `${name} ${value}`),
  ].join('; ')
  const fields: readonly (readonly [string, string])[] = [
    ['title', `{${escapeBibtex(what)}}`],
    ['author', '{Coattend}'],
    ['year', `{${date.slice(0, 4)}}`],
    ['month', months[Number(date.slice(5, 7)) - 1] ?? '{}'],
    ['url', `{${link}}`],
    ['urldate', `{${date.slice(0, 10)}}`],
    ['note', `{${escapeBibtex(note)}}`],
  ]
  return `@misc{${key},\n${fields.map(([name, value]) => `  ${name} = ${value},`).join('\n')}\n}`
}

/** One sentence with link, date, revision and data. */
export function citationText(provenance: Provenance, what: string): string {
  const { workspace, checkpoint, revision, dataHash, date, link, engine } = provenance
  const data = dataHash === null ? '' : `, data ${shortHash(dataHash)}`
  const version = engine === null ? 'Coattend' : `Coattend ${engine}`
  return `${what}. Workspace “${workspace}”, ${checkpoint} (revision ${shortHash(revision)}${data}). ${version}, ${date.slice(0, 10)}. ${link}`
}

/** Values and link for a message or a page in Markdown. */
export function markdown(provenance: Provenance, what: string, values: readonly StatedValue[]): string {
  const lines = [`**[${escapeMarkdown(what)}](${provenance.link.replaceAll(')', '%29')})**`, '']
  if (values.length > 0) {
    lines.push('| | |', '|---|---|')
    lines.push(...values.map(([name, value]) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(value)} |`), '')
  }
  const origin = provenancePairs(provenance).filter(([name]) => name !== 'link')
  lines.push(`<sub>${origin.map(([name, value]) => `${name} ${escapeMarkdown(value)}`).join(' · ')}</sub>`)
  return `${lines.join('\n')}\n`
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const

/** Characters with a meaning in TeX. Braces become parentheses: an odd one would end the entry. */
function escapeBibtex(text: string): string {
  return text
    .replaceAll('\\', '/')
    .replaceAll('{', '(')
    .replaceAll('}', ')')
    .replace(/[#$%&_]/g, (sign) => `\\${sign}`)
    .replace(/[~^]/g, (sign) => `\\${sign}{}`)
    .replace(/\s+/g, ' ')
}

const escapeMarkdown = (text: string): string =>
  text.replace(/[\\`*_[\]<>|#]/g, (sign) => `\\${sign}`).replace(/\s+/g, ' ')

/** Four characters from a text (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/). */
function keyOf(text: string): string {
  let hash = 0x811c9dc5
  for (const unit of new TextEncoder().encode(text)) hash = Math.imul(hash ^ unit, 0x01000193)
  return (hash >>> 0).toString(36).padStart(7, '0').slice(-4)
}
