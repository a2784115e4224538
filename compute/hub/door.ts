/** Fetching from hubs, for a process that computes nothing itself: loads no runtime. */
export { architectureNames } from '#compute/models/open.ts'
export { fetchCheckpoint } from './download.ts'
export { parseRepository } from './repository.ts'
export { usualPatience } from './settings.ts'
export { surveyRepository } from './survey.ts'
