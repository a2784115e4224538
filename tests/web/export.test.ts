import { describe, expect, test } from 'vitest'
import { bibtex, citationText, markdown } from '#web/export/citation.ts'
import { svgDocument, wrap } from '#web/export/document.ts'
import { readInks } from '#web/export/inks.ts'
import { crc32, withText } from '#web/export/png.ts'
import type { Provenance } from '#web/export/provenance.ts'
import { fileName, provenanceLine } from '#web/export/provenance.ts'
import { createExports } from '#web/export/registry.ts'
import { element, textElement } from '#web/export/svg.ts'
import { toCsv, toRecords } from '#web/export/table.ts'
import { withMetadata } from '#web/export/tensors.ts'
import { parseTensors } from '#web/api/safetensors.ts'

const provenance: Provenance = {
  workspace: 'Why {chemist}?',
  checkpoint: 'newsroom',
  revision: '0123456789abcdef',
  corpus: 'Test articles',
  instances: 600,
  dataHash: 'f'.repeat(64),
  engine: '0.1.0',
  facts: { method: 'integrated gradients' },
  date: '2026-11-23T08:00:00.000Z',
  link: 'http://127.0.0.1:4884/w/newsroom?i=newsroom-test-1&t=o16',
}

const inks = readInks(() => '#000000')

describe('tables', () => {
  test('[XP1] fields with commas, quotes and line ends are quoted, quotes are doubled, lines end in CRLF', () => {
    const table = [
      { name: 'token', unit: null, values: ['a,b', 'say "x"', 'two\nlines'] },
      { name: 'value', unit: 'nats', values: [0.5, -1, Number.NaN] },
    ]
    expect(toCsv(table, 'here').split('\r\n')).toEqual([
      'token,value (nats),provenance',
      '"a,b",0.5,here',
      '"say ""x""",-1,',
      '"two\nlines",,',
      '',
    ])
  })

  test('[XP2] a text that begins like a formula stays a text, and a number with its sign a number', () => {
    const table = [
      { name: 'token', unit: null, values: ['=1+1', '-', '@cmd'] },
      { name: 'value', unit: null, values: [-2, null, true] },
    ]
    expect(toCsv(table, '')).toBe("token,value,provenance\r\n'=1+1,-2,\r\n-,,\r\n'@cmd,true,\r\n")
  })

  test('[XP3] records hold what JSON can hold, one object a row', () => {
    const table = [
      { name: 'a', unit: null, values: [1, Number.POSITIVE_INFINITY] },
      { name: 'b', unit: null, values: ['x'] },
    ]
    expect(toRecords(table)).toEqual([
      { a: 1, b: 'x' },
      { a: null, b: null },
    ])
  })
})

describe('pictures', () => {
  test('[XP4] whatever a corpus holds, the document is well-formed and shows it as text', () => {
    const text = '<script>alert("&")</script>\u0000\ud800 \u202e'
    const written = textElement(text, { x: 1.239, 'data-x': null })
    expect(written).toBe(
      '<text x="1.24">&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;\ufffd\ufffd \u202e</text>',
    )
    const picture = { width: 900, height: 50, body: [element('rect', { width: 10, height: 10 }), written] }
    const document = svgDocument(picture, `Caption ${text}`, provenance, inks)
    expect(document).toMatch(/^<\?xml[^>]+>\n<svg [^]*<\/svg>\n$/)
    expect(document).not.toContain('<script')
    expect(document).toContain('Coattend 0.1.0, 2026-11-23')
    expect(document).toContain(provenance.link.replace('&', '&amp;'))
  })

  test('[XP5] lines break at spaces, and a word longer than a line is cut', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k'])
  })

  test('[XP6] a PNG carries its text in a chunk with a right checksum before the end', () => {
    // The checksum of "123456789" is the check value of the CRC-32 of PNG.
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    const end = new Uint8Array([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82])
    const file = withText(new Uint8Array([1, 2, 3, ...end]), 'Description', 'Größe')
    const view = new DataView(file.buffer)
    const length = view.getUint32(3)
    expect(new TextDecoder().decode(file.subarray(7, 11 + length))).toBe('iTXtDescription\0\0\0\0\0Größe')
    expect(view.getUint32(11 + length)).toBe(crc32(file.subarray(7, 11 + length)))
    expect([...file.subarray(15 + length)]).toEqual([...end])
  })
})

describe('tensors', () => {
  test('[XP7] metadata is added and kept, and the numbers stay what they were', () => {
    const header = JSON.stringify({
      __metadata__: { report: '{}' },
      gap: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    })
    const file = new Uint8Array(8 + header.length + 8)
    new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
    file.set(new TextEncoder().encode(header), 8)
    file.set(new Uint8Array(new Float32Array([0.25, -3]).buffer), 8 + header.length)
    const stamped = withMetadata(file, { workspace: 'ä' })
    const length = Number(new DataView(stamped.buffer).getBigUint64(0, true))
    expect(length % 8).toBe(0)
    const read = JSON.parse(new TextDecoder().decode(stamped.subarray(8, 8 + length))) as Record<string, unknown>
    expect(read['__metadata__']).toEqual({ report: '{}', workspace: 'ä' })
    expect([...(parseTensors(stamped).get('gap')?.data ?? [])]).toEqual([0.25, -3])
    expect(() => withMetadata(new Uint8Array(3), {})).toThrow('damaged')
  })
})

describe('words about it', () => {
  test('[XP8] a file name says what is in the file, in characters that every system takes', () => {
    expect(fileName(['attribution', 'newsroom-test-1', '“che”/..'], 'csv')).toBe('attribution-newsroom-test-1-che.csv')
    expect(fileName(['…'], 'svg')).toBe('coattend.svg')
  })

  test('[XP9] a citation names link, date, revision and data, and its BibTeX survives hostile names', () => {
    const entry = bibtex(provenance, 'Why “che”? 100 % {sure}')
    expect(entry).toContain('urldate = {2026-11-23}')
    expect(entry).toContain('title = {Why “che”? 100 \\% (sure)}')
    expect(entry.match(/\{/g)?.length).toBe(entry.match(/\}/g)?.length)
    const sentence = citationText(provenance, 'Why “che”?')
    for (const part of ['0123456789ab', 'ffffffffffff', '2026-11-23', provenance.link]) expect(sentence).toContain(part)
  })

  test('[XP10] Markdown holds the values and the link, and no markup of the corpus', () => {
    const text = markdown(provenance, 'Why [x](y)?', [['a | b', '−0.73 nats']])
    expect(text).toContain(`**[Why \\[x\\](y)?](${provenance.link})**`)
    expect(text).toContain('| a \\| b | −0.73 nats |')
    expect(provenanceLine(provenance)).toContain(`data: sha256:${'f'.repeat(64)}`)
  })

  test('[XP11] a pane offers what its views have registered, until they go', () => {
    const exports = createExports()
    const offer = { title: 'Map', name: () => [], caption: () => '' }
    const drop = exports.register('attention', offer)
    expect(exports.of('attention')).toEqual([offer])
    expect(exports.of('notes')).toEqual([])
    drop()
    expect(exports.panes()).toEqual([])
  })
})
