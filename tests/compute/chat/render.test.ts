/** Templates that somebody made to do harm, and the time they print. */
import { describe, expect, test } from 'vitest'
import { formatTime } from '#compute/chat/format-time.ts'
import { renderTemplate } from '#compute/chat/render.ts'
import { ComputeError } from '#compute/errors.ts'

const now = new Date(2026, 2, 5, 9, 7, 1)
const grow = '{% set ns = namespace(a="aaaaaaaa") %}{% for i in range(16) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}'

describe('a hostile template', () => {
  test.each([
    [
      'loops without end',
      '{% for a in range(1000000) %}{% for b in range(1000000) %}x{% endfor %}{% endfor %}',
      /longer than 500 ms/,
    ],
    ['asks for a huge range', '{{ range(1000000000) }}', /range\(\) has 1000000000 entries/],
    ['asks for a range that is no number', '{{ range("x") }}', /range\(\)/],
    [
      'doubles a text',
      '{% set ns = namespace(a="x") %}{% for i in range(100) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}',
      /cannot be used: it (makes a value of|takes longer)/,
    ],
    [
      'doubles a list',
      '{% set ns = namespace(a=[1]) %}{% for i in range(100) %}{% set ns.a = ns.a + ns.a %}{% endfor %}',
      /cannot be used: it (makes a value of|takes longer)/,
    ],
    ['replaces much by much', `${grow}{{ ns.a | replace("a", ns.a) }}`, /cannot be used/],
    ['joins much', `${grow}{{ range(1000000) | join(ns.a) }}`, /cannot be used/],
    [
      'writes much',
      `{% set x %}${'y'.repeat(1000)}{% endset %}{% for i in range(1000000) %}{{ x }}{% endfor %}`,
      /cannot be used/,
    ],
    ['indents far', '{{ "a\\nb" | indent(500000000) }}', /indents by 500000000/],
    ['indents far by name', '{{ [1, 2] | tojson(indent=400000000) }}', /indents by 400000000/],
    ['nests deeply', `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`, /cannot be used/],
    ['is a desert of spaces', `${' '.repeat(200_000)}x`, /cannot be used/],
    ['reaches for the process', '{{ messages.constructor.constructor("return process")() }}', /cannot be used/],
    ['ends too early', '{% for x in messages %}', /cannot be used/],
    ['is no template', '{{ 1 + }}', /cannot be used/],
  ])('[CV10] is one clear error within a second or so: it %s', (_, template, message) => {
    const began = performance.now()
    let fault: unknown
    try {
      renderTemplate(template, { messages: [] }, now)
    } catch (error) {
      fault = error
    }
    expect(fault).toBeInstanceOf(ComputeError)
    expect((fault as ComputeError).message).toMatch(message)
    expect((fault as ComputeError).message).not.toContain('\n')
    expect(performance.now() - began).toBeLessThan(3000) // machines may be busy; alone it takes half a second
  })

  test('[CV11] what it refuses itself is told in its words', () => {
    expect(() => renderTemplate("{{ raise_exception('only users') }}", {}, now)).toThrow(
      'The chat template refuses this conversation: only users',
    )
  })

  test('[CV12] does not change what it was given', () => {
    const messages = [{ role: 'user', content: 'a' }]
    renderTemplate('{% set messages = [] %}{{ messages }}', { messages }, now)
    expect(messages).toEqual([{ role: 'user', content: 'a' }])
  })
})

test('[CV13] times are written as Python writes them', () => {
  expect(formatTime(now, '%d %b %Y, %A %B %-d, %H:%M:%S %I %p %j %y %a %F %T %% %Q')).toBe(
    '05 Mar 2026, Thursday March 5, 09:07:01 09 AM 064 26 Thu 2026-03-05 09:07:01 % %Q',
  )
  expect(formatTime(new Date(2024, 11, 31, 0, 30), '%I %p %j')).toBe('12 AM 366')
})
