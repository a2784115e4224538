/** Small translators of several languages: golden checkpoints of 96 ids with a tokenizer beside them. */
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixture, readJson } from './golden.ts'

const letters = Array.from('abcdefghijklmnopqrstuvwxyz')
const special = ['<s>', '<pad>', '</s>', '<unk>']

const write = (folder: string, file: string, value: unknown): void =>
  writeFileSync(join(folder, file), JSON.stringify(value))

/** M2M100 with eight languages at ids 60 to 67 (`en ha is ja cs ru zh de`), whose settings name no target. */
export function makeM2m(folder: string): string {
  cpSync(fixture('m2m_100/checkpoint'), folder, { recursive: true })
  cpSync(fixture('tokenizers/families/m2m.model'), join(folder, 'sentencepiece.bpe.model'))
  const pieces = [...special, '▁', ...letters, ...Array.from({ length: 29 }, (_, index) => `filler${index}`)]
  write(folder, 'vocab.json', Object.fromEntries(pieces.map((piece, id) => [piece, id])))
  write(folder, 'tokenizer_config.json', { tokenizer_class: 'M2M100Tokenizer', language_codes: 'wmt21' })
  return folder
}

/** mBART-25 with `en_XX`, `de_DE` and `ro_RO` at ids 31 to 33, whose decoder starts with the language; its settings say `en_XX`. */
export function makeMbart(folder: string): string {
  const codes = ['en_XX', 'de_DE', 'ro_RO']
  cpSync(fixture('mbart/checkpoint'), folder, { recursive: true })
  const vocab = [...special, '▁', ...letters, ...codes, '<mask>'].map((piece, id) => [piece, id < 4 ? 0 : -1])
  write(folder, 'tokenizer.json', { version: '1.0', model: { type: 'Unigram', unk_id: 3, vocab } })
  write(folder, 'tokenizer_config.json', { tokenizer_class: 'MBartTokenizer', extra_special_tokens: codes })
  for (const file of ['config.json', 'generation_config.json']) {
    const settings = readJson(join(folder, file)) as Record<string, unknown>
    write(folder, file, { ...settings, decoder_start_token_id: 31 })
  }
  return folder
}
