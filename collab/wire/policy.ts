/** Who may do what: the one function that every route, event and frame asks, and the interface too before it shows a control. */
import type { Role } from './presence.ts'
import { roles } from './presence.ts'

export type Action =
  | 'workspace.read'
  | 'workspace.rename'
  | 'workspace.export'
  | 'workspace.delete'
  | 'members.read'
  | 'members.set'
  | 'presence.show'
  | 'document.write'
  | 'run.start'
  | 'run.cancel-own'
  | 'run.cancel-any'

/** The least role for each action. */
const least: Readonly<Record<Action, Role>> = {
  'workspace.read': 'viewer',
  'workspace.export': 'viewer',
  'members.read': 'viewer',
  'presence.show': 'viewer',
  'run.start': 'commenter',
  'run.cancel-own': 'commenter',
  'document.write': 'editor',
  'workspace.rename': 'editor',
  'run.cancel-any': 'owner',
  'workspace.delete': 'owner',
  'members.set': 'owner',
}

export function may(role: Role | null, action: Action): boolean {
  return role !== null && roles.indexOf(role) >= roles.indexOf(least[action])
}
