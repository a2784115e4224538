import type { AnalysisReply, FullQuestion } from '#server/wire/analyses.ts'
import { analysisReply } from '#server/wire/analyses.ts'
import { paths } from '#server/wire/paths.ts'
import type { Api } from './request.ts'

/** Starts the answer to a question about one instance, joins one under way, or finds one computed before. */
export const requestAnalysis = (
  api: Api,
  workspace: string,
  instance: string,
  question: FullQuestion,
): Promise<AnalysisReply> =>
  api.ask(analysisReply, paths.analyses(workspace), { method: 'POST', body: { instance, question } })

/** The same for a question about the corpus, or about several instances. */
export const requestStudy = (api: Api, workspace: string, study: object): Promise<AnalysisReply> =>
  api.ask(analysisReply, paths.studies(workspace), { method: 'POST', body: { study } })
