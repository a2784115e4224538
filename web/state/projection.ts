/** How the corpus and the decoder's steps are laid out: the parameters this person chose, and the layouts as they come. */
import type { Accessor } from 'solid-js'
import { createMemo, createSignal } from 'solid-js'
import type { ProjectionStudy } from '#server/wire/projection-study.ts'
import { projectionReport, projectionStudy } from '#server/wire/projection-study.ts'
import type { Analyses, Analysis } from './analyses.ts'
import type { Layout } from './layout.ts'
import { mergeLayouts, readLayout } from './layout.ts'

/** How points are laid out. */
export type LayoutParameters = Omit<ProjectionStudy, 'kind' | 'of'>

/** A layout as far as it is known, and how far its computation is. */
export interface Laid {
  readonly layout: Layout | null
  /** Principal components, while another layout is computed. */
  readonly standIn: Layout | null
  readonly analysis: Analysis
}

export interface ProjectionState {
  readonly parameters: Accessor<LayoutParameters>
  setParameters(parameters: LayoutParameters): void
  /** The layout of the corpus. Whoever reads it asks for it; must be called within a computation. */
  corpus(): Laid
  /** The steps of up to four instances, by themselves or over the corpus. */
  steps(instances: readonly string[], over: boolean): Laid
  cancel(of: ProjectionStudy['of']): void
  retry(of: ProjectionStudy['of']): void
  /** Asks for the corpus anew: there are more states than when it was laid out. */
  renew(): void
}

/** The parameters everybody starts with. */
export function defaultParameters(): LayoutParameters {
  const {
    kind: _kind,
    of: _of,
    ...parameters
  } = projectionStudy.parse({ kind: 'projection', of: 'corpus', method: 'umap' })
  return parameters
}

export function createProjection(analyses: Analyses): ProjectionState {
  const [parameters, setParameters] = createSignal(defaultParameters())
  const [renewed, setRenewed] = createSignal(0)
  const question = (of: ProjectionStudy['of'], chosen: LayoutParameters): ProjectionStudy => ({
    kind: 'projection',
    of,
    ...chosen,
  })
  /** Steps have few points and a path: their principal components, unless they lie over the corpus. */
  const parametersOf = (of: ProjectionStudy['of']): LayoutParameters =>
    of === 'corpus' || of.over ? parameters() : { ...defaultParameters(), method: 'pca' }
  const questionOf = (of: ProjectionStudy['of']): ProjectionStudy => question(of, parametersOf(of))
  const laid = (of: ProjectionStudy['of']): Laid => {
    void renewed()
    const asked = questionOf(of)
    const first = of === 'corpus' && asked.method !== 'pca' ? analyses.ask(null, { ...asked, method: 'pca' }) : null
    const analysis = analyses.ask(null, asked)()
    const layout = layoutOf(analysis, asked.method)
    // Principal components of all layers are soon there; they stand in wherever the chosen method has not got to.
    const standIn = first === null || analysis.tensors !== null ? null : layoutOf(first(), 'pca')
    return { analysis, layout, standIn }
  }
  return {
    parameters,
    setParameters: (chosen) => void setParameters(chosen),
    corpus: () => laid('corpus'),
    steps: (instances, over) => laid({ steps: [...instances], over }),
    cancel: (of) => analyses.cancel(null, questionOf(of)),
    retry: (of) => analyses.retry(null, questionOf(of)),
    renew() {
      for (const method of ['pca', parameters().method] as const) {
        analyses.forget(null, question('corpus', { ...parameters(), method }))
      }
      setRenewed((times) => times + 1)
    },
  }
}

/** The layout in an answer, finished or under way; null where there are no points yet. */
export function layoutOf({ tensors, partial, report }: Analysis, method: ProjectionStudy['method']): Layout | null {
  if (tensors !== null) return readLayout(tensors, method, projectionReport.safeParse(report).data ?? null)
  return partial === null ? null : readLayout(partial, method, null)
}

/**
 * Layouts as they come, each laid over those before: a part tells one layer, and another choice of parameters begins where the last
 * one ended, so that points travel. Principal components stand in for layers of which nothing else is known.
 */
export function createGrowing(source: Accessor<Laid>): Accessor<Laid> {
  const known = createMemo<Layout | null>((before) => mergeLayouts(before, source().layout), null)
  const laid = createMemo<Laid>(() => ({ ...source(), layout: mergeLayouts(source().standIn, known()) }))
  return laid
}
