/** Refuses what no run could compute, before it is queued. */
import type { AttentionKind, AttentionPlace, Head } from '#compute/types.ts'
import { Refusal } from './errors.ts'
import type { FullQuestion } from './wire/analyses.ts'
import type { CheckpointReply } from './wire/checkpoints.ts'

type Summary = NonNullable<CheckpointReply['summary']>

/** Fails on a baseline that a checkpoint does not have. */
export function checkBaseline(field: string, baseline: string, { baselines, vocabulary }: Summary): void {
  const token = baseline.startsWith('token:') ? Number(baseline.slice('token:'.length)) : null
  if (token === null && !baselines.includes(baseline)) {
    throw new Refusal(
      'bad-request',
      `this checkpoint has no baseline "${baseline}". Take one of ${baselines.join(', ')}`,
      { field },
    )
  }
  if (token !== null) checkToken(field, token, vocabulary)
}

/** Fails on a token outside the vocabulary; null is no token. */
export function checkToken(field: string, token: number | null, vocabulary: number): void {
  if (token === null || token < vocabulary) return
  throw new Refusal('bad-request', `there is no token ${token}: the vocabulary has ${vocabulary}. Take a smaller id`, {
    field,
  })
}

/** Fails on an output token that is not there; null is none. */
export function checkTarget(field: string, target: number | null, tokens: number): void {
  if (target === null || target < tokens) return
  throw new Refusal('bad-request', `the output has ${tokens} tokens, counted from 0: there is no ${target}`, { field })
}

/** The head of a name that the wire has checked. */
export function readHead(name: string): Head {
  const [kind, layer, head] = name.split('.')
  return { kind: kind as AttentionKind, layer: Number(layer), head: Number(head) }
}

/** Fails on everything in a question that this checkpoint, or this output of `tokens` tokens, does not have. */
export function checkQuestion(question: FullQuestion, summary: Summary, tokens: number): void {
  if ('contrast' in question) checkToken('question.contrast', question.contrast, summary.vocabulary)
  if ('target' in question) checkTarget('question.target', question.target, tokens)
  if ('baseline' in question) checkBaseline('question.baseline', question.baseline, summary)
  if ('place' in question) checkPlace('question.place', question.place, summary)
  if ('heads' in question) for (const head of question.heads) checkHead('question.heads', head, summary)
}

/** Fails on a head that a checkpoint does not have. */
export function checkHead(field: string, name: string, summary: Summary): void {
  const { head, ...place } = readHead(name)
  checkPlace(field, place, summary, `head ${name}`)
  const heads = summary.heads[place.kind === 'encoder' ? 'encoder' : 'decoder']
  if (head < heads) return
  throw new Refusal(
    'bad-request',
    `there is no head ${name}: heads of ${place.kind} attention go from 0 to ${heads - 1}`,
    { field },
  )
}

function checkPlace(
  field: string,
  { kind, layer }: AttentionPlace,
  { kind: model, layers }: Summary,
  what = `layer ${kind}.${layer}`,
): void {
  if (model === 'decoder-only' && kind !== 'decoder') {
    throw new Refusal('bad-request', `there is no ${what}: this model has decoder attention alone. Take decoder`, {
      field,
    })
  }
  const most = layers[kind === 'encoder' ? 'encoder' : 'decoder']
  if (layer < most) return
  throw new Refusal('bad-request', `there is no ${what}: layers of ${kind} attention go from 0 to ${most - 1}`, {
    field,
  })
}
