/**
 * The regular expressions that a `tokenizer.json` may name. They run in a native engine that ends the process when a search backtracks too long, so
 * a pattern nobody has looked at is refused. Each of these takes time in proportion to the text. To add one, check that and add a line.
 */
const contractions = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)`
const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
const lead = String.raw`[^\r\n\p{L}\p{N}]?`
const spaces = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`

export const knownPatterns: ReadonlySet<string> = new Set([
  // GPT-2, in its two spellings
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  // Llama 3; Qwen 2 (digits one by one)
  String.raw`${contractions}|${lead}\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|${spaces}`,
  String.raw`${contractions}|${lead}\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|${spaces}`,
  // GPT-4o; Mistral's Tekken
  String.raw`${lead}${upper}*${lower}+${contractions}?|${lead}${upper}+${lower}*${contractions}?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${spaces}`,
  String.raw`${lead}${upper}*${lower}+|${lead}${upper}+${lower}*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${spaces}`,
  // Pieces of pipelines: digits, line ends, runs of spaces
  String.raw`\p{N}{1,3}`,
  String.raw`\p{N}`,
  String.raw`\d`,
  '[0-9][0-9][0-9]',
  String.raw`[\r\n]`,
  String.raw`\n`,
  ' {2,}',
  String.raw`\s+`,
])
