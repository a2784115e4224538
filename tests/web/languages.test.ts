/** Languages of translators, as the form of a new workspace and the top bar know them. */
import { expect, test } from 'vitest'
import { languageName, languagePair } from '#web/marks/languages.ts'
import { codeOf, languageProblem, readLanguages, usualLanguages } from '#web/marks/language-choice.ts'

const mbart = { codes: ['en_XX', 'de_DE', 'ro_RO'], source: 'en_XX', target: null }
const nllb = { codes: ['deu_Latn', 'zho_Hans', 'eng_Latn'], source: 'eng_Latn', target: 'deu_Latn' }

test('[WL1] the form begins with what the checkpoint says, and asks for what it does not say', () => {
  expect(usualLanguages(nllb)).toEqual({ source: 'eng_Latn', target: 'deu_Latn' })
  const typed = usualLanguages(mbart)
  expect(typed).toEqual({ source: 'en_XX', target: '' })
  expect(languageProblem(typed.target, mbart)).toBe('Choose one: this model must be told.')
  expect(readLanguages(typed, mbart)).toBeNull()
})

test('[WL2] a code is taken in any letters, and so is the name of its language; others are refused with examples', () => {
  expect(codeOf(' DE_de ', mbart)).toBe('de_DE')
  expect(codeOf('Romanian', mbart)).toBe('ro_RO')
  expect(readLanguages({ source: 'english', target: 'ro_ro' }, mbart)).toEqual({ source: 'en_XX', target: 'ro_RO' })
  expect(languageProblem('fr_XX', mbart)).toBe('Not one of the 3 languages of this model, such as en_XX or de_DE.')
  expect(readLanguages({ source: 'en_XX', target: 'fr_XX' }, mbart)).toBeNull()
})

test('[WL3] codes of every family have names, and those that stand for no language have none', () => {
  expect(['de_DE', 'deu_Latn', 'de', 'zho_Hans'].map(languageName)).toEqual([
    'German',
    'German (Latin)',
    'German',
    'Simplified Chinese',
  ])
  expect(languageName('?!')).toBeNull()
})

test('[WL4] the top bar names those of the workspace, else those in force; nothing for other models', () => {
  expect(languagePair({ source: 'de_DE', target: 'ro_RO' }, mbart)).toBe('de_DE → ro_RO')
  expect(languagePair(null, nllb)).toBe('eng_Latn → deu_Latn')
  expect(languagePair(null, mbart)).toBe('en_XX → not named')
  expect(languagePair(null, null)).toBeNull()
})
