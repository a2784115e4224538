import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { checkout } from '../../bin/checkout.js'

/** A shell, as npm starts one, whose child watches it; resolves with all that the child said once everybody is gone. */
async function killShellOf(env: NodeJS.ProcessEnv): Promise<string> {
  const watch = JSON.stringify(pathToFileURL(join(checkout, 'bin/parent.js')).href)
  const script = `import { endWithParent } from ${watch}
    process.once('SIGTERM', () => { console.log('ended in order'); process.exit() })
    endWithParent(process.env)
    setTimeout(() => console.log('went on'), 1500)
    console.log('started')`
  // The `:` keeps the shell from becoming the child itself.
  const shell = spawn('sh', ['-c', '"$NODE" --input-type=module --eval "$SCRIPT"; :'], {
    env: { ...env, NODE: process.execPath, SCRIPT: script },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const part of shell.stdout.setEncoding('utf8')) {
    said += String(part)
    if (said === 'started\n') shell.kill('SIGTERM')
  }
  return said
}

test.skipIf(process.platform === 'win32')(
  '[HO60] a program ends in order when the shell that npm started it in is ended',
  async () => {
    expect(await killShellOf({ ...process.env, npm_lifecycle_event: 'start' })).toBe('started\nended in order\n')
  },
)

test.skipIf(process.platform === 'win32')(
  '[HO61] a program that was started without npm outlives its parent',
  async () => {
    expect(await killShellOf({ ...process.env, npm_lifecycle_event: undefined })).toBe('started\nwent on\n')
  },
)
