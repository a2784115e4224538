import { describe, expect, test } from 'vitest'
import { isLocal, linkAt, shareable } from '#web/views/share/addresses.ts'
import { pathOf } from '#web/views/share/qr.tsx'

describe('sharing', () => {
  test.each([
    ['http://127.0.0.1:4884', true],
    ['http://127.1.2.3:80', true],
    ['http://localhost:4884', true],
    ['http://[::1]:4884', true],
    ['http://10.0.0.5:4884', false],
    ['https://class.example.org', false],
    ['http://127.example.org', false],
  ])('[SH1] only this machine can open %s: %s', (origin, local) => {
    expect(isLocal(origin)).toBe(local)
  })

  test('[SH2] an address that others can open comes first, names before numbers, and this page stays on offer', () => {
    const all = ['http://127.0.0.1:4884', 'http://10.0.0.5:4884', 'http://class.local:4884', 'nonsense']
    expect(shareable('http://localhost:4884', all)).toEqual([
      'http://class.local:4884',
      'http://10.0.0.5:4884',
      'http://localhost:4884',
    ])
    expect(shareable('http://10.0.0.5:4884', all)[0]).toBe('http://10.0.0.5:4884')
    expect(shareable('http://localhost:4884', [])).toEqual(['http://localhost:4884'])
  })

  test('[SH3] a link keeps its path and its view at another address', () => {
    const at = { pathname: '/w/newsroom', search: '?i=a&t=o1' }
    expect(linkAt('https://class.example.org', at)).toBe('https://class.example.org/w/newsroom?i=a&t=o1')
  })

  test('[SH4] every dark module of a code is drawn, and no light one', () => {
    const modules = [
      [true, true, false],
      [false, true, true],
      [true, false, true],
    ]
    expect(pathOf(modules)).toBe('M0 0h2v1H0zM1 1h2v1H1zM0 2h1v1H0zM2 2h1v1H2z')
  })
})
