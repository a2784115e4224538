/** Classes with a byte-level BPE: GPT-2 (OPT too), RoBERTa (BART), Qwen 2, GPT-NeoX, as in transformers 5.23. */
import type { Material } from './material.ts'
import { bpeModel, byteLevelDecoder, sequence, withDefaults } from './recipe.ts'
import type { Recipe } from './recipe.ts'
import type { TokenizerSettings } from './settings.ts'

const endOfText = '<|endoftext|>'
const plainBpe = { continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false }

const qwenPattern = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

function byteLevel({ addPrefixSpace }: TokenizerSettings, useRegex = true): { type: string } {
  const options = { add_prefix_space: addPrefixSpace === true, trim_offsets: true, use_regex: useRegex }
  return { type: 'ByteLevel', ...options }
}

export function gpt2(material: Material, settings: TokenizerSettings): Recipe {
  return {
    name: nameOf(material, 'GPT-2'),
    model: bpeModel(material, plainBpe),
    normalizer: null,
    preTokenizer: byteLevel(settings),
    decoder: byteLevelDecoder,
    frame: 'of the file',
    named: withDefaults(settings, { bos: endOfText, eos: endOfText, unk: endOfText }),
    extra: settings.extra ?? settings.lateExtra ?? [],
    languages: null,
  }
}

export function roberta(material: Material, settings: TokenizerSettings): Recipe {
  const named = { bos: '<s>', eos: '</s>', sep: '</s>', cls: '<s>', unk: '<unk>', pad: '<pad>', mask: '<mask>' }
  return {
    ...gpt2(material, settings),
    name: nameOf(material, 'RoBERTa'),
    frame: 'roberta',
    named: withDefaults(settings, named),
  }
}

export function qwen2(material: Material, settings: TokenizerSettings): Recipe {
  const split = { type: 'Split', pattern: { Regex: qwenPattern }, behavior: 'Isolated', invert: false }
  return {
    ...gpt2(material, settings),
    name: nameOf(material, 'Qwen 2'),
    normalizer: { type: 'NFC' },
    preTokenizer: sequence('pretokenizers', [split, byteLevel(settings, false)]),
    named: withDefaults(settings, { eos: endOfText, unk: endOfText, pad: endOfText }),
  }
}

export function gptNeoX(material: Material, settings: TokenizerSettings): Recipe {
  return {
    ...gpt2(material, settings),
    name: nameOf(material, 'GPT-NeoX'),
    normalizer: { type: 'NFC' },
    frame: 'start and end',
    named: withDefaults(settings, { bos: endOfText, eos: endOfText, unk: endOfText, pad: '<|padding|>' }),
  }
}

const nameOf = ({ file }: Material, family: string): string =>
  file === 'tokenizer.json' ? file : `byte-level BPE (${family})`
