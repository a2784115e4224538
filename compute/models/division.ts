import { ComputeError } from '#compute/errors.ts'

/** Fails with `bad-checkpoint` unless one field of the configuration, such as a width, divides by another, such as the heads. */
export function requireDivision(name: string, whole: number, partsName: string, parts: number): void {
  if (whole % parts === 0) return
  throw new ComputeError('bad-checkpoint', `config.json: ${name} ${whole} does not divide by ${partsName} ${parts}`)
}
