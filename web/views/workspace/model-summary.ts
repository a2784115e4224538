/** A model in a few words. */
import type { CheckpointReply } from '#server/wire/checkpoints.ts'

/** "Pegasus, 3 + 3 layers, 4 heads". */
export function modelSummary({ summary, problem }: CheckpointReply): string {
  if (summary === null) return problem ?? 'cannot be opened'
  const { layers, heads, architecture } = summary
  const depth = summary.kind === 'decoder-only' ? String(layers.decoder) : `${layers.encoder} + ${layers.decoder}`
  const width =
    heads.encoder === heads.decoder || heads.encoder === 0 ? heads.decoder : `${heads.encoder} + ${heads.decoder}`
  return `${architectureName(architecture)}, ${depth} layers, ${width} heads`
}

const names: Readonly<Record<string, string>> = {
  gpt2: 'GPT-2',
  marian: 'Marian',
  pegasus: 'Pegasus',
  bart: 'BART',
  mbart: 'mBART',
}

export const architectureName = (architecture: string): string =>
  (Object.hasOwn(names, architecture) ? names[architecture] : undefined) ?? architecture
