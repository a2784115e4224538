/**
 * Addresses of the API. Each takes ids or, on the server, route parameters (`:workspace`). Unsafe methods send JSON and the
 * header `x-coattend: 1`; the session is a cookie.
 */
const workspace = (id: string): string => `/api/workspaces/${id}`

export const paths = {
  /** GET */
  health: '/api/health',
  /** GET */
  openapi: '/api/openapi.json',
  /** GET, POST (sign in), PATCH (rename), DELETE (sign out) */
  session: '/api/session',
  /** GET */
  checkpoints: '/api/checkpoints',
  /** GET */
  disk: '/api/disk',
  /** GET: where this server is reached */
  addresses: '/api/addresses',
  /** GET */
  devices: '/api/devices',
  /** GET, POST: checkpoints on their way in */
  arrivals: '/api/arrivals',
  /** DELETE: ends or forgets one */
  arrival: (id: string): string => `/api/arrivals/${id}`,
  /** POST: fetches one that was looked up */
  arrivalFetch: (id: string): string => `/api/arrivals/${id}/fetch`,
  /** POST: begins the upload of a checkpoint */
  uploads: '/api/arrivals/uploads',
  /** PUT `?file=NAME&at=BYTE`: a piece, as `application/octet-stream` */
  uploadContent: (id: string): string => `/api/arrivals/${id}/content`,
  /** GET: folders of the server's machine whose files may be named */
  localFolders: '/api/local-folders',
  /** POST: begins the upload of a corpus file */
  intakes: '/api/intakes',
  /** POST: a corpus file of the server's machine */
  localIntakes: '/api/intakes/local',
  /** GET, PATCH (read it otherwise), DELETE */
  intake: (id: string): string => `/api/intakes/${id}`,
  /** PUT `?at=BYTE`: a piece, as `application/octet-stream` */
  intakeContent: (id: string): string => `/api/intakes/${id}/content`,
  /** GET (`?bin=true`: those in the bin, which only their owners see), POST (make) */
  workspaces: '/api/workspaces',
  /** POST: the body is the zip file of an export, as `application/zip` */
  restore: '/api/workspaces/restore',
  /** GET, PATCH, DELETE (into the bin; `?forever=true` for good) */
  workspace,
  /** POST: out of the bin */
  undelete: (id: string): string => `${workspace(id)}/undelete`,
  /** GET: a zip file */
  export: (id: string): string => `${workspace(id)}/export`,
  /** GET */
  provenance: (id: string): string => `${workspace(id)}/provenance`,
  /** GET */
  members: (id: string): string => `${workspace(id)}/members`,
  /** PUT */
  member: (id: string, person: string): string => `${workspace(id)}/members/${person}`,
  /** POST: makes the document of a note and answers with its id */
  notes: (id: string): string => `${workspace(id)}/notes`,
  /** GET, see `instancesQuery`; POST: a text of one's own, see `derivedRequest` */
  instances: (id: string): string => `${workspace(id)}/instances`,
  /** GET: every instance with everything it can be coloured and filtered by, column by column; see `pointsReply` */
  points: (id: string): string => `${workspace(id)}/points`,
  /** GET, see `matchingQuery` */
  matchingPoints: (id: string): string => `${workspace(id)}/points/matching`,
  /** GET */
  fields: (id: string): string => `${workspace(id)}/fields`,
  /** GET, DELETE (a text of one's own) */
  instance: (id: string, instance: string): string => `${workspace(id)}/instances/${instance}`,
  /** POST: the model writes the output of one instance now */
  output: (id: string, instance: string): string => `${workspace(id)}/instances/${instance}/output`,
  /** POST: the model writes every output that is missing, in the background */
  outputs: (id: string): string => `${workspace(id)}/outputs`,
  /** POST */
  attributions: (id: string): string => `${workspace(id)}/attributions`,
  /** POST: a question about one instance */
  analyses: (id: string): string => `${workspace(id)}/analyses`,
  /** POST: a question about the corpus or several instances */
  studies: (id: string): string => `${workspace(id)}/studies`,
  /** GET: those queued or running */
  runs: (id: string): string => `${workspace(id)}/runs`,
  /** GET, DELETE (cancel) */
  run: (id: string, key: string): string => `${workspace(id)}/runs/${key}`,
  /** GET: a safetensors file that never changes */
  result: (id: string, hash: string): string => `${workspace(id)}/results/${hash}`,
} as const

/** Sent with every unsafe method; a page of another origin cannot send it without asking first. */
export const guardHeader = { name: 'x-coattend', value: '1' } as const
