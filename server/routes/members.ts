import { record } from '../db/audit.ts'
import { readPerson } from '../db/people.ts'
import { countOwners, listMembers, setMember } from '../db/workspaces.ts'
import { Refusal } from '../errors.ts'
import { type WorkspaceCall, workspaceRoute } from '../route.ts'
import { paths } from '../wire/paths.ts'
import { membersReply, setMemberRequest } from '../wire/workspaces.ts'

export const memberRoutes = [
  workspaceRoute('members.read', {
    method: 'GET',
    path: paths.members(':workspace'),
    summary: 'The people with a role of their own; everybody else has the open role',
    reply: membersReply,
    handle: async ({ deps, workspace }) => readMembers(deps, workspace.id),
  }),
  workspaceRoute('members.set', {
    method: 'PUT',
    path: paths.member(':workspace', ':person'),
    summary: 'Gives a person a role; null takes it away, and the open role is theirs again',
    body: setMemberRequest,
    reply: membersReply,
    handle: async (call) => {
      const { deps, workspace, params, body } = call
      const whom = params['person'] ?? ''
      if ((await readPerson(deps.database, whom)) === null) {
        throw new Refusal('not-found', 'there is no such person. They sign in first, then get a role')
      }
      await setRole(call, whom, body.role)
      await deps.collab.revoke(workspace.id, whom)
      return readMembers(deps, workspace.id)
    },
  }),
]

async function readMembers({ database }: WorkspaceCall['deps'], workspace: string) {
  return { members: [...(await listMembers(database, workspace))] }
}

async function setRole(
  { deps, workspace, person }: WorkspaceCall,
  whom: string,
  role: Parameters<typeof setMember>[3],
): Promise<void> {
  await deps.ledger.transaction(async (tx, emit) => {
    const before = await countOwners(tx, workspace.id)
    await setMember(tx, workspace.id, whom, role)
    if (before > 0 && (await countOwners(tx, workspace.id)) === 0) {
      throw new Refusal('conflict', 'a workspace needs an owner. Make somebody else owner first')
    }
    await emit(workspace.id, { type: 'workspace-changed' })
    const deed = { person: person.id, workspace: workspace.id, action: 'member-set', detail: { whom, role } } as const
    await record(tx, deed, deps.now())
  })
}
