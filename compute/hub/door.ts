/** Bringing checkpoints in, from hubs or file by file, for a process that computes nothing itself: loads no runtime. */
export { parseJsonObject } from '#compute/checkpoint/fields.ts'
export { checkHeader, chooseNeeded, chooseShards, type NeededFiles } from '#compute/checkpoint/needed-files.ts'
export { architectureNames } from '#compute/models/open.ts'
export { fetchCheckpoint } from './download.ts'
export { parseRepository } from './repository.ts'
export { usualPatience } from './settings.ts'
export { readConfig, surveyRepository } from './survey.ts'
