// This file must be readable by every Node since 14.8, so that an old one gets the message below rather than a syntax error.

/** The oldest Node that Coattend runs on; `engines` in package.json says the same. */
export const oldestNode = { major: 20, minor: 19 }

/**
 * Why this version of Node will not do, or null.
 * @param {string} version such as `20.19.4`
 * @returns {string | null}
 */
export function oldNodeProblem(version) {
  const parts = version.split('.').map(Number)
  const major = parts[0] || 0
  const minor = parts[1] || 0
  if (major > oldestNode.major || (major === oldestNode.major && minor >= oldestNode.minor)) return null
  return `Node ${oldestNode.major}.${oldestNode.minor} or newer is needed, and this is Node ${version}: install a newer one from https://nodejs.org and run this again`
}

/** Ends the process with one clear line where Node is too old. */
export function refuseOldNode() {
  const problem = oldNodeProblem(process.versions.node)
  if (problem === null) return
  console.error(`coattend: ${problem}`)
  process.exit(1)
}
