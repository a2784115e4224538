import { describe, expect, it } from 'vitest'
import { cohenKappa, fleissKappa, krippendorffAlpha } from '#compute/evaluation/agreement.ts'
import { addBleu, bleuOf, bleuSignature, countBleu, noBleuCounts } from '#compute/evaluation/bleu.ts'
import type { BleuTokenizer } from '#compute/evaluation/bleu.ts'
import { addChrf, chrfOf, chrfSignature, countChrf, noChrfCounts } from '#compute/evaluation/chrf.ts'
import type { ChrfWordOrder } from '#compute/evaluation/chrf.ts'
import { stem } from '#compute/evaluation/porter-stemmer.ts'
import { rank } from '#compute/evaluation/ranking.ts'
import { rouge } from '#compute/evaluation/rouge.ts'
import { fixture, readJson } from '#tests/support/golden.ts'

type Pairs = readonly (readonly [hypothesis: string, reference: string])[]
type RougeRow = Readonly<Record<string, readonly [number, number, number]>>

interface TextGolden {
  readonly pairs: Pairs
  readonly bleu: number
  readonly bleu_signature: string
  readonly chrf: number
  readonly chrf_signature: string
  readonly chrf_plus_plus: number
  readonly sentence_bleu: readonly number[]
  readonly sentence_chrf: readonly number[]
  readonly rouge: readonly RougeRow[]
  readonly rouge_stemmed: readonly RougeRow[]
}

interface RankingGolden {
  readonly labels: readonly number[]
  readonly scores: readonly number[]
  readonly auroc: number
  readonly average_precision: number
}

interface Golden {
  readonly text: Readonly<Record<string, TextGolden>>
  readonly ranking: RankingGolden
  readonly agreement: {
    readonly votes: readonly (readonly (number | null)[])[]
    readonly cohen: Readonly<Record<string, number>>
    readonly fleiss_complete_rows: number
    readonly krippendorff_nominal: number
  }
}

/** Random texts with awkward characters, by sacrebleu 2.6.0, rouge-score 0.1.2, NLTK 3.10, scikit-learn 1.9, krippendorff 0.9. */
interface Fuzz {
  readonly pairs: Pairs
  readonly rouge: readonly RougeRow[]
  readonly rouge_stemmed: readonly RougeRow[]
  readonly stems: readonly (readonly [string, string])[]
  readonly ranking: readonly RankingGolden[]
  readonly agreement: readonly {
    readonly votes: readonly (readonly (number | null)[])[]
    readonly cohen: number
    readonly fleiss: number | null
    readonly alpha: number
  }[]
  readonly [score: `bleu_${string}` | `chrf_${number}`]: number
  readonly [scores: `sentence_${string}`]: readonly number[]
}

const golden = readJson(fixture('metrics.json')) as Golden
const fuzz = readJson(fixture('metrics-fuzz.json')) as Fuzz

const tolerance = 1e-6

const bleu = (pairs: Pairs, tokenizer: BleuTokenizer): number =>
  bleuOf(
    pairs.reduce((sum, [found, wanted]) => addBleu(sum, countBleu(found, wanted, tokenizer)), noBleuCounts),
    'corpus',
  )

const chrf = (pairs: Pairs, order: ChrfWordOrder): number =>
  chrfOf(pairs.reduce((sum, [found, wanted]) => addChrf(sum, countChrf(found, wanted, order)), noChrfCounts(order)))

function expectNear(found: readonly number[], expected: readonly number[], pairs: Pairs): void {
  expect(found).toHaveLength(expected.length)
  const wrong = found.flatMap((score, i) =>
    Math.abs(score - expected[i]!) <= tolerance ? [] : [{ pair: pairs[i], score, expected: expected[i] }],
  )
  expect(wrong).toEqual([])
}

function expectRouge(pairs: Pairs, expected: readonly RougeRow[], stemming: boolean): void {
  for (const kind of Object.keys(expected[0]!)) {
    const scores = pairs.map(([found, wanted]) => rouge(found, wanted, stemming)[kind as 'rouge1'])
    for (const [i, part] of (['precision', 'recall', 'f'] as const).entries()) {
      expectNear(
        scores.map((score) => score[part]),
        expected.map((row) => row[kind]![i]!),
        pairs,
      )
    }
  }
}

describe('metrics of texts', () => {
  it.each(Object.entries(golden.text))('[ME1] BLEU and chrF of %s are those of sacrebleu', (_name, text) => {
    expect(bleu(text.pairs, '13a')).toBeCloseTo(text.bleu, 6)
    expect(chrf(text.pairs, 0)).toBeCloseTo(text.chrf, 6)
    expect(chrf(text.pairs, 2)).toBeCloseTo(text.chrf_plus_plus, 6)
    expect([bleuSignature('13a'), chrfSignature(0)]).toEqual([text.bleu_signature, text.chrf_signature])
    const { pairs } = text
    expectNear(
      pairs.map(([found, wanted]) => bleuOf(countBleu(found, wanted), 'sentence')),
      text.sentence_bleu,
      pairs,
    )
    expectNear(
      pairs.map(([found, wanted]) => chrfOf(countChrf(found, wanted, 0))),
      text.sentence_chrf,
      pairs,
    )
  })

  it.each(Object.entries(golden.text))('[ME2] ROUGE of %s is that of rouge-score', (_name, text) => {
    expectRouge(text.pairs, text.rouge, false)
    expectRouge(text.pairs, text.rouge_stemmed, true)
  })

  it.each(['13a', 'intl'] as const)('[ME3] BLEU of awkward texts is that of sacrebleu, tokenizer %s', (tokenizer) => {
    expect(bleu(fuzz.pairs, tokenizer)).toBeCloseTo(fuzz[`bleu_${tokenizer}`]!, 6)
    expectNear(
      fuzz.pairs.map(([found, wanted]) => bleuOf(countBleu(found, wanted, tokenizer), 'sentence')),
      fuzz[`sentence_bleu_${tokenizer}`]!,
      fuzz.pairs,
    )
  })

  it.each([0, 2] as const)('[ME4] chrF of awkward texts is that of sacrebleu, word order %i', (order) => {
    expect(chrf(fuzz.pairs, order)).toBeCloseTo(fuzz[`chrf_${order}`]!, 6)
    expectNear(
      fuzz.pairs.map(([found, wanted]) => chrfOf(countChrf(found, wanted, order))),
      fuzz[`sentence_chrf_${order}`]!,
      fuzz.pairs,
    )
  })

  it('[ME5] ROUGE of awkward texts is that of rouge-score, several lines among them', () => {
    expectRouge(fuzz.pairs, fuzz.rouge, false)
    expectRouge(fuzz.pairs, fuzz.rouge_stemmed, true)
  })

  it('[ME6] words are stemmed as by NLTK', () => {
    expect(fuzz.stems.length).toBeGreaterThan(100)
    expect(fuzz.stems.filter(([word, stemmed]) => stem(word) !== stemmed).map(([word]) => [word, stem(word)])).toEqual(
      [],
    )
  })
})

describe('ranking and agreement', () => {
  it('[ME7] AUROC and average precision with ties are those of scikit-learn', () => {
    for (const { labels, scores, auroc, average_precision } of [golden.ranking, ...fuzz.ranking]) {
      const found = rank(labels.map((label, i) => ({ score: scores[i]!, isPositive: label === 1 })))
      expect(found.auroc).toBeCloseTo(auroc, 9)
      expect(found.averagePrecision).toBeCloseTo(average_precision, 9)
    }
  })

  it('[ME8] kappas and alpha are those of scikit-learn, statsmodels and krippendorff, with gaps', () => {
    const { votes, cohen, fleiss_complete_rows, krippendorff_nominal } = golden.agreement
    for (const [pair, kappa] of Object.entries(cohen)) {
      const [first, second] = pair.split('-').map(Number) as [number, number]
      expect(cohenKappa(votes, first, second), pair).toBeCloseTo(kappa, 9)
    }
    const complete = votes.filter((row) => !row.includes(null))
    expect(fleissKappa(complete)).toBeCloseTo(fleiss_complete_rows, 9)
    expect(krippendorffAlpha(votes)).toBeCloseTo(krippendorff_nominal, 9)
    for (const row of fuzz.agreement) {
      expect(cohenKappa(row.votes, 0, 1)).toBeCloseTo(row.cohen, 9)
      if (row.fleiss !== null) expect(fleissKappa(row.votes)).toBeCloseTo(row.fleiss, 9)
      expect(krippendorffAlpha(row.votes)).toBeCloseTo(row.alpha, 9)
    }
  })

  it('[ME9] what is not defined is NaN', () => {
    expect(rank([{ score: 1, isPositive: true }]).auroc).toBeNaN()
    expect(rank([{ score: 1, isPositive: false }]).averagePrecision).toBeNaN()
    expect(cohenKappa([['a', 'a']], 0, 1)).toBeNaN()
    expect(fleissKappa([['a', null]])).toBeNaN()
    expect(krippendorffAlpha([['a', null]])).toBeNaN()
  })
})
