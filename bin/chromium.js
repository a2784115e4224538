import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cacheFolder } from './checkout.js'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']

/**
 * The Chromium that the browser tests use, or null: `COATTEND_CHROMIUM`, else the system's, else the one that `npm test` has downloaded.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cache
 * @returns {string | null}
 */
export function findChromium(env, cache = cacheFolder) {
  return listChromiums(env, cache)[0] ?? null
}

/**
 * Every program that may be one, in the order of preference.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cache
 */
export function listChromiums(env, cache = cacheFolder) {
  const named = env['COATTEND_CHROMIUM']
  return (named ? [named] : [...systemPlaces(env), ...downloadedPlace(cache)]).filter(isProgram)
}

/** Where Playwright keeps the browsers it downloads for us. @param {string} cache */
export function browserFolder(cache = cacheFolder) {
  return join(cache, 'browsers')
}

/** A file with the path of the downloaded browser. @param {string} cache */
export function downloadNote(cache = cacheFolder) {
  return join(browserFolder(cache), 'chromium.path')
}

/** @param {NodeJS.ProcessEnv} env */
function systemPlaces(env) {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = folders.flatMap((folder) => names.flatMap((name) => [join(folder, name), join(folder, `${name}.exe`)]))
  const mac = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  const windows = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((variable) => {
    const folder = env[variable]
    return folder ? [join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')] : []
  })
  return [...onPath, ...(process.platform === 'darwin' ? mac : []), ...windows]
}

/** @param {string} cache */
function downloadedPlace(cache) {
  const note = downloadNote(cache)
  return existsSync(note) ? [readFileSync(note, 'utf8').trim()] : []
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
