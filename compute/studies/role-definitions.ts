/** What the role scores mean, for those who read them on a screen; the mathematics is in `compute/ablation/role-scores.ts`. */
import type { RoleDefinition } from '#compute/types.ts'

const self = ['encoder', 'decoder'] as const
const all = ['encoder', 'decoder', 'cross'] as const

export const roleDefinitions: readonly RoleDefinition[] = [
  {
    role: 'previous-token',
    kinds: self,
    definition: 'Mean attention to the token just before, over the tokens that have one.',
  },
  {
    role: 'relative-position',
    kinds: self,
    definition:
      'Mean attention to the token at the one distance (up to 4 either way) where it is largest (Voita et al. 2019).',
  },
  {
    role: 'absolute-position',
    kinds: all,
    definition: 'Mean attention to the one of the first four tokens where it is largest.',
  },
  {
    role: 'separator',
    kinds: all,
    definition: 'Mean attention to punctuation and special tokens together (Clark et al. 2019).',
  },
  {
    role: 'induction',
    kinds: ['decoder'],
    definition: 'Mean attention to tokens that came after earlier copies of the token that looks (Olsson et al. 2022).',
  },
  {
    role: 'copying',
    kinds: ['decoder', 'cross'],
    definition:
      'Share of texts in which the head raises the log-prob of the token it looks at hardest, measured by pruning it.',
  },
  {
    role: 'alignment',
    kinds: ['cross'],
    definition:
      'How far the head goes through the source in order: Kendall’s τ of output and most looked-at token, times the mean weight there.',
  },
  {
    role: 'gold-alignment',
    kinds: ['cross'],
    definition:
      'Agreement with word alignments made by people: 1 − alignment error rate (Och and Ney 2003), where the corpus has them.',
  },
]
