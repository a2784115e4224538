/**
 * The stemmer of Porter (1980, "An algorithm for suffix stripping") with the extensions that NLTK applies by default, as
 * rouge-score uses it. Words are lower case, a to z and digits.
 */

/** A suffix, what takes its place, and which stems allow it; the first suffix that fits decides. */
type Rule = readonly [suffix: string, replacement: string, allows: (stem: string) => boolean]

/** NLTK's table of irregular forms. */
const irregular: ReadonlyMap<string, string> = new Map([
  ...['sky', 'skies'].map((word) => [word, 'sky'] as const),
  ...['die', 'lie', 'tie'].map((word) => [`${word[0]}ying`, word] as const),
  ...['inning', 'outing', 'canning'].flatMap((word) => [[word, word] as const, [`${word}s`, word] as const]),
  ...['news', 'howe', 'proceed', 'exceed', 'succeed'].map((word) => [word, word] as const),
])

export function stem(word: string): string {
  const known = irregular.get(word)
  if (known !== undefined) return known
  if (word.length <= 2) return word
  return [dropPlural, dropPast, replaceY, shorten, shortenMore, dropEnding, dropE, dropL].reduce(
    (current, step) => step(current),
    word,
  )
}

/** One entry per letter, true for consonants. A y is one unless a consonant stands before it. */
function findConsonants(word: string): readonly boolean[] {
  const flags: boolean[] = []
  for (const letter of word) {
    if (letter === 'y') flags.push(flags.length === 0 || flags.at(-1) === false)
    else flags.push(!'aeiou'.includes(letter))
  }
  return flags
}

/** Porter's m: how often a consonant follows a vowel. */
function measure(word: string): number {
  const flags = findConsonants(word)
  return flags.filter((isConsonant, i) => isConsonant && flags[i - 1] === false).length
}

const hasVowel = (word: string): boolean => findConsonants(word).includes(false)

const endsInDoubleConsonant = (word: string): boolean =>
  word.length >= 2 && word.at(-1) === word.at(-2) && findConsonants(word).at(-1) === true

/** Porter's *o: consonant, vowel, consonant other than w, x, y; or, as NLTK adds, a word of vowel and consonant. */
function endsShort(word: string): boolean {
  const [third, second, first] = [-3, -2, -1].map((i) => findConsonants(word).at(i))
  const isShort = third === true && second === false && first === true && !'wxy'.includes(word.at(-1)!)
  return isShort || (word.length === 2 && second === false && first === true)
}

function applyFirst(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, allows] of rules) {
    if (!word.endsWith(suffix)) continue
    const kept = word.slice(0, word.length - suffix.length)
    return allows(kept) ? kept + replacement : word
  }
  return word
}

const always = (): boolean => true
const above =
  (least: number) =>
  (kept: string): boolean =>
    measure(kept) > least

/** Step 1a. */
function dropPlural(word: string): string {
  if (word.endsWith('ies') && word.length === 4) return word.slice(0, -1)
  return applyFirst(word, [
    ['sses', 'ss', always],
    ['ies', 'i', always],
    ['ss', 'ss', always],
    ['s', '', always],
  ])
}

/** Step 1b. */
function dropPast(word: string): string {
  if (word.endsWith('ied')) return word.length === 4 ? word.slice(0, -1) : word.slice(0, -2)
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word
  const suffix = ['ed', 'ing'].find((ending) => word.endsWith(ending) && hasVowel(word.slice(0, -ending.length)))
  if (suffix === undefined) return word
  const kept = word.slice(0, -suffix.length)
  if (/(at|bl|iz)$/.test(kept)) return `${kept}e`
  if (endsInDoubleConsonant(kept)) return /[lsz]$/.test(kept) ? kept : kept.slice(0, -1)
  return measure(kept) === 1 && endsShort(kept) ? `${kept}e` : kept
}

/** Step 1c, with NLTK's condition. */
const replaceY = (word: string): string =>
  applyFirst(word, [['y', 'i', (kept) => kept.length > 1 && findConsonants(kept).at(-1) === true]])

const some = above(0)

const longEndings: readonly Rule[] = [
  ['ational', 'ate', some],
  ['tional', 'tion', some],
  ['enci', 'ence', some],
  ['anci', 'ance', some],
  ['izer', 'ize', some],
  ['bli', 'ble', some],
  ['alli', 'al', some],
  ['entli', 'ent', some],
  ['eli', 'e', some],
  ['ousli', 'ous', some],
  ['ization', 'ize', some],
  ['ation', 'ate', some],
  ['ator', 'ate', some],
  ['alism', 'al', some],
  ['iveness', 'ive', some],
  ['fulness', 'ful', some],
  ['ousness', 'ous', some],
  ['aliti', 'al', some],
  ['iviti', 'ive', some],
  ['biliti', 'ble', some],
  ['fulli', 'ful', some],
  ['logi', 'log', (kept) => some(`${kept}l`)], // the l counts to the stem, so that geo and archaeo are alike
]

/** Step 2; after -alli → -al it is taken once more. */
function shorten(word: string): string {
  if (word.endsWith('alli') && some(word.slice(0, -4))) return shorten(word.slice(0, -2))
  return applyFirst(word, longEndings)
}

const moreEndings: readonly Rule[] = [
  ['icate', 'ic', some],
  ['ative', '', some],
  ['alize', 'al', some],
  ['iciti', 'ic', some],
  ['ical', 'ic', some],
  ['ful', '', some],
  ['ness', '', some],
]

/** Step 3. */
const shortenMore = (word: string): string => applyFirst(word, moreEndings)

const lastEndings: readonly Rule[] = [
  ...['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent'].map((suffix): Rule => [
    suffix,
    '',
    above(1),
  ]),
  ['ion', '', (kept) => above(1)(kept) && /[st]$/.test(kept)],
  ...['ou', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize'].map((suffix): Rule => [suffix, '', above(1)]),
]

/** Step 4. */
const dropEnding = (word: string): string => applyFirst(word, lastEndings)

/** Step 5a. */
function dropE(word: string): string {
  if (!word.endsWith('e')) return word
  const kept = word.slice(0, -1)
  return measure(kept) > 1 || (measure(kept) === 1 && !endsShort(kept)) ? kept : word
}

/** Step 5b: the measure is taken with the first l. */
const dropL = (word: string): string => applyFirst(word, [['ll', 'l', (kept) => measure(`${kept}l`) > 1]])
