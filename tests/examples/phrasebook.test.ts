/** Checks that the phrasebook corpus is what its data card says, and that its German is. */
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { buildPhrasebook } from '../../examples/corpora/corpora.ts'
import { buildClause } from '../../examples/corpora/phrasebook-clauses.ts'
import type { Clause, Order, QuestionWord } from '../../examples/corpora/phrasebook-clauses.ts'
import {
  copula,
  femaleNames,
  maleNames,
  modals,
  readPhrasebookLexicon,
} from '../../examples/corpora/phrasebook-lexicon.ts'
import type { Adjective, Noun, Preposition, Verb } from '../../examples/corpora/phrasebook-lexicon.ts'
import { makeNotebook, nounPhrase, pronounFor } from '../../examples/corpora/phrasebook-nouns.ts'
import type { Determiner, NounGroup, NounPhrase, PronounName } from '../../examples/corpora/phrasebook-nouns.ts'
import { assemblePair } from '../../examples/corpora/phrasebook.ts'

const phrasebook = buildPhrasebook({ train: 600, test: 150, seed: 'check' })

test('[EX8] alignments stay in range and link most words of both sides', () => {
  for (const { sourceTokens, targetTokens, alignment, source, target } of phrasebook.train) {
    for (const [i, j] of alignment) assert.ok(sourceTokens[i] !== undefined && targetTokens[j] !== undefined)
    const linked = (index: 0 | 1) => new Set(alignment.map((pair) => pair[index])).size
    assert.ok(linked(0) / sourceTokens.length > 0.9, source)
    assert.ok(linked(1) / targetTokens.length > 0.7, target)
    for (const tokens of [sourceTokens, targetTokens]) {
      const length = tokens.filter((token) => !/^[.,?]$/.test(token)).length
      assert.ok(length >= 4 && length <= 18)
    }
  }
})

const lexicon = readPhrasebookLexicon()
test('[EX9] the phrasebook lexicon is complete', () => {
  assert.ok(lexicon.nouns.length >= 120 && lexicon.verbs.length >= 45 && lexicon.adjectives.length >= 40)
  assert.ok(femaleNames.length + maleNames.length >= 30 && lexicon.times.length + lexicon.places.length >= 25)
  for (const noun of lexicon.nouns)
    assert.ok(
      ['m', 'f', 'n'].includes(noun.gender) && noun.tags.length > 0 && /^\p{Lu}/u.test(noun.german),
      noun.german,
    )
  for (const list of [lexicon.nouns, lexicon.adjectives])
    assert.equal(new Set(list.map(({ english }) => english)).size, list.length)
  for (const { german } of lexicon.verbs)
    assert.ok(
      german.infinitive.startsWith(german.prefix) &&
        german.present.every((form) => form !== '') &&
        german.participle !== '',
    )
})

const find = <Item>(items: readonly Item[], fits: (item: Item) => boolean): Item => {
  const item = items.find(fits)
  assert.ok(item)
  return item
}
const noun = (german: string): Noun => find(lexicon.nouns, (one) => one.german === german)
const verb = (infinitive: string): Verb =>
  infinitive === 'sein' ? copula : find(lexicon.verbs, (one) => one.german.infinitive === infinitive)
const adjective = (german: string): Adjective => find(lexicon.adjectives, (one) => one.german === german)
const np = (
  determiner: Determiner,
  german: string,
  more: { adjective?: string; plural?: boolean; relative?: Clause } = {},
): NounGroup => ({
  kind: 'noun',
  noun: noun(german),
  determiner,
  plural: more.plural === true,
  ...(more.adjective !== undefined && { adjective: adjective(more.adjective) }),
  ...(more.relative && { relative: more.relative }),
})
const name = (text: string): NounPhrase => ({
  kind: 'name',
  english: text,
  german: text,
  pronoun: femaleNames.includes(text) ? 'she' : 'he',
})
const pronoun = (word: PronounName): NounPhrase => ({ kind: 'pronoun', pronoun: word })
const gap = (german: string, plural = false): NounPhrase => ({ kind: 'relative', noun: noun(german), plural })
const time = (english: string) =>
  find(lexicon.times, (one) => one.english.map(({ text }) => text).join(' ') === english)
const preposition = (english: string, german: string, kase: 'acc' | 'dat'): Preposition => ({
  english: english.split(' '),
  german,
  case: kase,
})
const clause = (subject: NounPhrase, infinitive: string, more: Partial<Clause> = {}): Clause => ({
  subject,
  verb: verb(infinitive),
  tense: 'present',
  ...more,
})
const modal = (german: string) => find(modals, ({ present }) => present.german.includes(german))
const city = (english: string) =>
  ({ kind: 'name', ...find(lexicon.cities, (one) => one.english === english), pronoun: 'itN' }) as const

const spotChecks: readonly (readonly [
  clause: Clause,
  order: Order,
  english: string,
  german: string,
  question?: QuestionWord,
])[] = [
  [clause(np('the', 'Hund'), 'schlafen'), 'main', 'The dog sleeps', 'Der Hund schläft'],
  [
    clause(name('Anna'), 'kaufen', { direct: np('a', 'Tisch', { adjective: 'alt' }) }),
    'main',
    'Anna buys an old table',
    'Anna kauft einen alten Tisch',
  ],
  [
    clause(name('Anna'), 'lesen', { tense: 'past', direct: np('the', 'Buch'), time: time('yesterday') }),
    'main',
    'Anna read the book yesterday',
    'Anna hat gestern das Buch gelesen',
  ],
  [
    clause(name('Anna'), 'lesen', { tense: 'past', direct: np('the', 'Buch'), time: time('yesterday') }),
    'time-first',
    'Yesterday Anna read the book',
    'Gestern hat Anna das Buch gelesen',
  ],
  [
    clause(name('Paul'), 'reparieren', { modal: modal('kann'), direct: np('the', 'Fahrrad') }),
    'main',
    'Paul can repair the bicycle',
    'Paul kann das Fahrrad reparieren',
  ],
  [
    clause(name('Paul'), 'reparieren', { tense: 'past', modal: modal('muss'), direct: np('the', 'Fahrrad') }),
    'question',
    'Did Paul have to repair the bicycle',
    'Musste Paul das Fahrrad reparieren',
  ],
  [
    clause(name('Maria'), 'anrufen', { direct: np('the', 'Nachbar') }),
    'main',
    'Maria calls the neighbour',
    'Maria ruft den Nachbarn an',
  ],
  [
    clause(name('Maria'), 'anrufen', { direct: np('the', 'Nachbar') }),
    'subordinate',
    'Maria calls the neighbour',
    'Maria den Nachbarn anruft',
  ],
  [clause(np('the', 'Zug'), 'abfahren', { tense: 'past' }), 'subordinate', 'The train left', 'Der Zug abgefahren ist'],
  [
    clause(pronoun('we'), 'reisen', {
      tense: 'past',
      whereTo: { preposition: preposition('to', 'nach', 'dat'), object: city('Vienna') },
      companion: { preposition: preposition('by', 'mit', 'dat'), object: np('bare', 'Zug') },
    }),
    'main',
    'We travelled to Vienna by train',
    'Wir sind mit dem Zug nach Wien gereist',
  ],
  [
    clause(pronoun('I'), 'helfen', { indirect: np('the', 'Frau', { adjective: 'alt' }) }),
    'main',
    'I help the old woman',
    'Ich helfe der alten Frau',
  ],
  [
    clause(pronoun('I'), 'danken', { tense: 'past', indirect: np('the', 'Kind', { plural: true }) }),
    'main',
    'I thanked the children',
    'Ich habe den Kindern gedankt',
  ],
  [
    clause(pronoun('he'), 'geben', { indirect: np('the', 'Kind'), direct: np('a', 'Apfel') }),
    'main',
    'He gives the child an apple',
    'Er gibt dem Kind einen Apfel',
  ],
  [
    clause(pronoun('she'), 'erklären', { indirect: pronoun('they'), direct: np('the', 'Satz') }),
    'main',
    'She explains the sentence to them',
    'Sie erklärt ihnen den Satz',
  ],
  [
    clause(pronoun('she'), 'trinken', { negated: true, direct: np('a', 'Kaffee') }),
    'main',
    'She does not drink coffee',
    'Sie trinkt keinen Kaffee',
  ],
  [
    clause(pronoun('she'), 'lesen', { negated: true, direct: np('the', 'Zeitung') }),
    'main',
    'She does not read the newspaper',
    'Sie liest die Zeitung nicht',
  ],
  [
    clause(name('Lena'), 'wohnen', {
      negated: true,
      where: { preposition: preposition('in', 'in', 'dat'), object: city('Cologne') },
    }),
    'main',
    'Lena does not live in Cologne',
    'Lena wohnt nicht in Köln',
  ],
  [
    clause(pronoun('you'), 'kaufen', { tense: 'past', direct: np('a', 'Auto', { adjective: 'teuer' }) }),
    'question',
    'Did you buy an expensive car',
    'Hast du ein teures Auto gekauft',
  ],
  [
    clause(name('Anna'), 'wohnen'),
    'question',
    'Where does Anna live',
    'Wo wohnt Anna',
    { english: 'where', german: 'wo' },
  ],
  [
    clause(pronoun('he'), 'legen', {
      direct: np('the', 'Messer'),
      whereTo: { preposition: preposition('on', 'auf', 'acc'), object: np('the', 'Tisch') },
    }),
    'main',
    'He puts the knife on the table',
    'Er legt das Messer auf den Tisch',
  ],
  [
    clause(np('the', 'Lampe'), 'stehen', {
      where: { preposition: preposition('next to', 'neben', 'dat'), object: np('the', 'Bett') },
    }),
    'main',
    'The lamp stands next to the bed',
    'Die Lampe steht neben dem Bett',
  ],
  [
    clause(np('the', 'Kind', { plural: true }), 'gehen', {
      tense: 'past',
      whereTo: { preposition: preposition('to', 'in', 'acc'), object: np('the', 'Kino') },
    }),
    'main',
    'The children went to the cinema',
    'Die Kinder sind ins Kino gegangen',
  ],
  [
    clause(pronoun('I'), 'laufen', {
      whereTo: { preposition: preposition('to', 'zu', 'dat'), object: np('the', 'Schule') },
    }),
    'main',
    'I run to the school',
    'Ich laufe zur Schule',
  ],
  [
    clause(name('Karl'), 'schlafen', {
      where: { preposition: preposition('in', 'in', 'dat'), object: np('the', 'Wald', { adjective: 'dunkel' }) },
    }),
    'main',
    'Karl sleeps in the dark forest',
    'Karl schläft im dunklen Wald',
  ],
  [
    clause(np('the', 'Mann', { relative: clause(name('Anna'), 'sehen', { direct: gap('Mann') }) }), 'sein', {
      predicate: { adjective: adjective('müde') },
    }),
    'main',
    'The man whom Anna sees is tired',
    'Der Mann, den Anna sieht, ist müde',
  ],
  [
    clause(
      np('the', 'Kind', { plural: true, relative: clause(name('Anna'), 'helfen', { indirect: gap('Kind', true) }) }),
      'sein',
      { predicate: { adjective: adjective('klug'), very: true } },
    ),
    'main',
    'The children whom Anna helps are very clever',
    'Die Kinder, denen Anna hilft, sind sehr klug',
  ],
  [
    clause(pronoun('I'), 'kennen', {
      tense: 'past',
      direct: np('the', 'Roman', {
        relative: clause(name('Paul'), 'schreiben', { tense: 'past', direct: gap('Roman') }),
      }),
    }),
    'main',
    'I knew the novel that Paul wrote',
    'Ich habe den Roman gekannt, den Paul geschrieben hat',
  ],
  [
    clause(name('Eva'), 'schreiben', { tense: 'future', direct: np('the', 'Brief'), time: time('tomorrow') }),
    'time-first',
    'Tomorrow Eva will write the letter',
    'Morgen wird Eva den Brief schreiben',
  ],
  [
    clause(pronoun('he'), 'haben', { tense: 'past', direct: np('a', 'Hund') }),
    'main',
    'He had a dog',
    'Er hatte einen Hund',
  ],
  [
    clause(pronoun('we'), 'warten', { about: np('the', 'Bus') }),
    'main',
    'We wait for the bus',
    'Wir warten auf den Bus',
  ],
  [
    clause(pronoun('I'), 'sehen', { tense: 'past', direct: pronoun('itM'), time: time('yesterday') }),
    'main',
    'I saw it yesterday',
    'Ich habe ihn gestern gesehen',
  ],
  [clause(name('Tom'), 'einschalten', { direct: pronoun('itF') }), 'main', 'Tom turns it on', 'Tom schaltet sie ein'],
  [
    clause(np({ owner: 'Anna' }, 'Auto', { adjective: 'alt' }), 'sein', {
      tense: 'past',
      predicate: { adjective: adjective('grün') },
    }),
    'main',
    "Anna's old car was green",
    'Annas altes Auto war grün',
  ],
  [
    clause(pronoun('they'), 'kaufen', { direct: np('two', 'Buch', { adjective: 'gut', plural: true }) }),
    'main',
    'They buy two good books',
    'Sie kaufen zwei gute Bücher',
  ],
  [
    clause(pronoun('she'), 'tanzen', {
      companion: { preposition: preposition('with', 'mit', 'dat'), object: np('her', 'Bruder') },
    }),
    'main',
    'She dances with her brother',
    'Sie tanzt mit ihrem Bruder',
  ],
]
test('[EX10] German spot checks: case, endings, word order, tense, separable verbs, negation, relative clauses', () => {
  for (const [spec, order, english, german, question] of spotChecks) {
    const notebook = makeNotebook()
    const pair = assemblePair(buildClause(spec, order, notebook, question), notebook)
    assert.deepEqual([pair.source, pair.target], [english, german])
  }
})

const declension: readonly (readonly [
  determiner: Determiner,
  plural: boolean,
  nom: string,
  acc: string,
  dat: string,
])[] = [
  [
    'the',
    false,
    'der alte Tisch, die alte Lampe, das alte Bett',
    'den alten Tisch, die alte Lampe, das alte Bett',
    'dem alten Tisch, der alten Lampe, dem alten Bett',
  ],
  [
    'this',
    false,
    'dieser alte Tisch, diese alte Lampe, dieses alte Bett',
    'diesen alten Tisch, diese alte Lampe, dieses alte Bett',
    'diesem alten Tisch, dieser alten Lampe, diesem alten Bett',
  ],
  [
    'a',
    false,
    'ein alter Tisch, eine alte Lampe, ein altes Bett',
    'einen alten Tisch, eine alte Lampe, ein altes Bett',
    'einem alten Tisch, einer alten Lampe, einem alten Bett',
  ],
  [
    'our',
    false,
    'unser alter Tisch, unsere alte Lampe, unser altes Bett',
    'unseren alten Tisch, unsere alte Lampe, unser altes Bett',
    'unserem alten Tisch, unserer alten Lampe, unserem alten Bett',
  ],
  [
    { owner: 'Eva' },
    false,
    'Evas alter Tisch, Evas alte Lampe, Evas altes Bett',
    'Evas alten Tisch, Evas alte Lampe, Evas altes Bett',
    'Evas altem Tisch, Evas alter Lampe, Evas altem Bett',
  ],
  [
    'the',
    true,
    'die alten Tische, die alten Lampen, die alten Betten',
    'die alten Tische, die alten Lampen, die alten Betten',
    'den alten Tischen, den alten Lampen, den alten Betten',
  ],
  [
    'my',
    true,
    'meine alten Tische, meine alten Lampen, meine alten Betten',
    'meine alten Tische, meine alten Lampen, meine alten Betten',
    'meinen alten Tischen, meinen alten Lampen, meinen alten Betten',
  ],
  [
    'a',
    true,
    'alte Tische, alte Lampen, alte Betten',
    'alte Tische, alte Lampen, alte Betten',
    'alten Tischen, alten Lampen, alten Betten',
  ],
  [
    'many',
    true,
    'viele alte Tische, viele alte Lampen, viele alte Betten',
    'viele alte Tische, viele alte Lampen, viele alte Betten',
    'vielen alten Tischen, vielen alten Lampen, vielen alten Betten',
  ],
]
test('[EX11] German determiners, adjectives and nouns agree in gender, number and case', () => {
  for (const [determiner, plural, nom, acc, dat] of declension) {
    for (const [kase, expected] of [
      ['nom', nom],
      ['acc', acc],
      ['dat', dat],
    ] as const) {
      const phrases = ['Tisch', 'Lampe', 'Bett'].map(
        (word) => nounPhrase(np(determiner, word, { adjective: 'alt', plural }), kase, 'object', makeNotebook()).target,
      )
      assert.equal(phrases.map((words) => words.map(({ text }) => text).join(' ')).join(', '), expected)
    }
  }
})

test('[EX12] German takes up a noun by its grammatical gender, a person by the person', () => {
  const forms = (phrase: NounPhrase, kase: 'nom' | 'acc' | 'dat'): string => {
    const again = pronounFor(phrase)
    assert.ok(again)
    return nounPhrase({ kind: 'pronoun', pronoun: again }, kase, 'subject', makeNotebook())
      .target.map(({ text }) => text)
      .join(' ')
  }
  assert.deepEqual(
    ['Tisch', 'Lampe', 'Bett'].map((word) => forms(np('the', word), 'nom')),
    ['er', 'sie', 'es'],
  )
  assert.deepEqual(
    ['Tisch', 'Lampe', 'Bett'].map((word) => forms(np('the', word), 'acc')),
    ['ihn', 'sie', 'es'],
  )
  assert.deepEqual(
    ['Lehrer', 'Ärztin'].map((word) => forms(np('the', word), 'dat')),
    ['ihm', 'ihr'],
  )
  assert.equal(forms(np('the', 'Tisch', { plural: true }), 'dat'), 'ihnen')
})
