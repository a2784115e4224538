import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createLinks, linkId, shortened } from '#web/state/links.ts'
import { fittingView, linkProblems, stampLink } from '#web/state/link-check.ts'
import { defaultOptions, encodeView, parseView } from '#web/state/permalink.ts'

const defaults = defaultOptions('mean')
const summary = {
  architecture: 'pegasus',
  kind: 'encoder-decoder' as const,
  revision: 'abcdef0123456789',
  parameters: 1,
  vocabulary: 1,
  width: 1,
  layers: { encoder: 3, decoder: 3 },
  heads: { encoder: 4, decoder: 4 },
  maxTokens: null,
  tokenizer: null,
  languages: null,
  baselines: [],
}

const problemsOf = (text: string): readonly string[] => {
  const query = new URLSearchParams(text)
  return linkProblems(query, parseView(query, defaults), defaults, { summary })
}

describe('links of another version', () => {
  test('[LK1] whatever a view writes is understood when it is read again', () => {
    const query = new URLSearchParams(
      'i=a&t=o3-5&m=gxi&b=pad&f=logit&x=1&c=17&q=n64&h=cross.2.1_encoder.0.3&k=decoder.1.1&l=2&pin=i%3Db',
    )
    const view = parseView(query, defaults)
    expect(view).not.toBeNull()
    expect(encodeView(view!, defaults).toString()).toBe(query.toString())
    expect(problemsOf(query.toString())).toEqual([])
  })

  test('[LK2] a default that is written out is no problem', () => {
    expect(problemsOf('i=a&m=ig&b=mean&f=log-prob&q=t0.01')).toEqual([])
  })

  test('[LK3] what is not understood is named, and the rest is opened', () => {
    expect(problemsOf('i=a&m=magic&t=q7&h=nonsense')).toEqual([
      'Not understood, and left at its default: the chosen token, the method, the heads.',
    ])
    expect(parseView(new URLSearchParams('i=a&m=magic'), defaults)?.instance).toBe('a')
  })

  test('[LK4] heads that this model does not have are named', () => {
    expect(problemsOf('i=a&h=cross.2.1_cross.7.1&k=encoder.0.9')).toEqual([
      'The model has no head cross.7.1, encoder.0.9.',
    ])
    const query = new URLSearchParams('i=a&h=cross.2.1_cross.7.1&k=encoder.0.9')
    expect(fittingView(parseView(query, defaults), { summary })).toMatchObject({ heads: ['cross.2.1'], pruned: [] })
  })

  test('[LK5] a copied link carries the revision, and says so where it is another one', () => {
    const link = stampLink('http://localhost/w/newsroom?i=a', { summary })
    expect(link).toBe('http://localhost/w/newsroom?i=a&r=abcdef012345')
    expect(problemsOf(new URL(link).search)).toEqual([])
    expect(problemsOf('i=a&r=ffffffffffff')).toEqual([
      'The link was made with revision ffffffffffff of the model; this is abcdef012345, so numbers may differ.',
    ])
  })
})

describe('short links', () => {
  test('[LK6] a short address stays; a long one is kept under the same id for the same view, by whoever may write', () => {
    const doc = new Y.Doc()
    const me = { id: 'ada', name: 'Ada', colour: 1, dash: 1 }
    const links = createLinks({ doc, me: () => me, now: () => 5 })
    const short = 'http://localhost/w/newsroom?i=a'
    const long = `${short}&p=${'x'.repeat(400)}`
    expect(shortened(short, links, true)).toBe(short)
    expect(shortened(long, links, false)).toBe(long)
    const kept = shortened(long, links, true)
    expect(kept).toMatch(/^http:\/\/localhost\/w\/newsroom\?v=[a-z0-9]{14}$/)
    expect(shortened(long, links, true)).toBe(kept)
    expect(doc.getMap('links').size).toBe(1)
    expect(links.find(new URL(kept).searchParams.get('v') ?? '')).toBe(new URL(long).searchParams.toString())
    expect(links.find('unknown')).toBeNull()
    expect(linkId('a')).not.toBe(linkId('b'))
    links.close()
  })
})
