import { expect, test } from 'vitest'
import { oldNodeProblem } from '../../bin/node-version.js'
import { explainNpmFailure } from '../../bin/npm.js'
import { parseTestArguments } from '../../bin/test-arguments.js'

test.each([
  ['20.19.0', true],
  ['20.20.2', true],
  ['22.0.0', true],
  ['24.21.0', true],
  ['20.18.3', false],
  ['18.20.8', false],
  ['14.8.0', false],
])('[HO10] Node %s is accepted: %s', (version, accepted) => {
  const problem = oldNodeProblem(version)
  expect(problem === null).toBe(accepted)
  if (!accepted) expect(problem).toMatch(/^Node 20\.19 or newer is needed, and this is Node .*nodejs\.org/)
})

test('[HO11] without filters the tests get everything, and `--long` is kept from vitest', () => {
  const all = { chromium: true, postgres: true, web: true }
  expect(parseTestArguments([])).toEqual({ long: false, needs: all, vitest: [] })
  expect(parseTestArguments(['--long', '--bail=1'])).toEqual({ long: true, needs: all, vitest: ['--bail=1'] })
})

test.each([
  [['tests/compute/grad'], { chromium: false, postgres: false, web: false }],
  [['./tests/collab', 'tests/contract/journal.test.ts'], { chromium: false, postgres: true, web: false }],
  [['tests/e2e', '-t', 'sees'], { chromium: true, postgres: false, web: true }],
  [['tests/stories'], { chromium: true, postgres: false, web: true }],
  [['--project', 'unit'], { chromium: false, postgres: false, web: false }],
  [['--project=timed'], { chromium: true, postgres: false, web: true }],
  [['--project=contract'], { chromium: false, postgres: true, web: false }],
  [['--project=!e2e'], { chromium: true, postgres: true, web: true }],
  [['attention'], { chromium: true, postgres: true, web: true }],
])('[HO12] %j needs %j', (args, needs) => {
  expect(parseTestArguments(args).needs).toEqual(needs)
})

test.each([
  ['npm error code ENOTFOUND\nnpm error network request failed', 'network', /ENOTFOUND.*check the network/],
  ['npm error 503 Service Unavailable E503', 'network', /E503/],
  ['npm error code ENOSPC', 'disk', /no space.*free some/],
  ['npm error code EACCES', 'permission', /EACCES.*writable/],
  ['npm error code EUSAGE\nnpm error Missing: a@1 from lock file', 'npm', /disagree.*npm install/],
  ['npm error code EINTEGRITY', 'npm', /exit code 1.*above/],
])('[HO13] npm failing with %j is explained in one line', (output, kind, message) => {
  const error = explainNpmFailure({ code: 1, signal: null, output, timedOut: false }, '/checkout')
  expect(error.kind).toBe(kind)
  expect(error.message).toMatch(message)
  expect(error.message).not.toContain('\n')
})
