/**
 * Close codes of the Yjs socket. The client (y-websocket 3.1.0) takes 4400 to 4499 as final and stops; it tries again after
 * every other code.
 */
export const closeCodes = {
  unreadable: 4400,
  signIn: 4401,
  noAccess: 4403,
  noDocument: 4404,
  epochChanged: 4409,
  tooLarge: 4413,
  abuse: 4429,
  tooManyTabs: 4430,
  restart: 1012,
  overloaded: 1013,
} as const

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]

/** What a person is told when their connection ends for good; null while the client goes on trying by itself. */
export function explainClose(code: number): string | null {
  switch (code) {
    case closeCodes.unreadable:
      return 'The server could not read what this page sent. Download your copy of unsaved edits, then reload.'
    case closeCodes.signIn:
      return 'You are signed out. Sign in again to go on.'
    case closeCodes.noAccess:
      return 'You no longer have access to this workspace. Ask its owner to invite you.'
    case closeCodes.noDocument:
      return 'This document does not exist any more. Go back to the list of workspaces.'
    case closeCodes.epochChanged:
      return 'This document was replaced by an older version. Reload to see it; your unsaved edits can be downloaded.'
    case closeCodes.tooLarge:
      return 'This document or the last edit is too large to be shared. Download your copy and split it.'
    case closeCodes.abuse:
      return 'Too many messages came from this browser. Reload to go on.'
    case closeCodes.tooManyTabs:
      return 'Coattend is open in too many of your tabs. Close some of them, then reload this one.'
    default:
      return null
  }
}
