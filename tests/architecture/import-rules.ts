import type { IForbiddenRuleType } from 'dependency-cruiser'

const rooms = '^(compute|collab|server|web)/'
const folder = (name: string): string => `(^|/)node_modules/${name}(/|$)`
const wire = '^(server|collab)/wire/'

/**
 * Who may import whom: rooms, their doors, and packages that only one place may touch. Each rule has an id that the tests cite, and a sentence that
 * says what to do.
 */
export const importRules: readonly (IForbiddenRuleType & { readonly name: string; readonly comment: string })[] = [
  {
    name: 'AR10',
    comment: 'compute is a leaf: it is mathematics only, and imports no other room',
    from: { path: '^compute/' },
    to: { path: '^(collab|server|web|bench|examples|bin|migrations)/' },
  },
  {
    name: 'AR11',
    comment: 'collab is a leaf: what it needs of the others is a port that it declares',
    from: { path: '^collab/' },
    to: { path: '^(compute|server|web|bench|examples|bin|migrations)/' },
  },
  {
    name: 'AR12',
    comment: 'server enters compute through compute/index.ts, and knows compute/types.ts',
    from: { path: '^server/' },
    to: { path: '^compute/', pathNot: '^compute/(index|types|local)\\.ts$' },
  },
  {
    name: 'AR27',
    comment: 'server loads compute/local.ts through the door, and imports its types alone',
    from: { path: '^server/' },
    to: { path: '^compute/local\\.ts$', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'AR13',
    comment: 'server enters collab through collab/index.ts, and knows its wire and its ports',
    from: { path: '^server/' },
    to: { path: '^collab/', pathNot: '^collab/((index|doorkeeper|journal|announcer)\\.ts$|wire/)' },
  },
  {
    name: 'AR14',
    comment: 'server imports neither the web nor programs around it',
    from: { path: '^server/' },
    to: { path: '^(web|bench|examples|bin)/' },
  },
  {
    name: 'AR15',
    comment: 'web sees the wire of server and collab, and the types of compute',
    from: { path: '^web/' },
    to: { path: '^(compute|collab|server|bench|examples|bin|migrations)/', pathNot: `${wire}|^compute/types\\.ts$` },
  },
  {
    name: 'AR16',
    comment: 'web and wire take compute/types.ts by `import type` alone',
    from: { path: `^web/|${wire}` },
    to: { path: '^compute/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'AR17',
    comment: 'a wire file runs in the browser: it imports wire files, zod, yjs and lib0, and nothing else',
    from: { path: wire },
    to: { pathNot: [wire, '^compute/types\\.ts$', folder('(zod|yjs|lib0)')] },
  },
  {
    name: 'AR18',
    comment: 'the browser has no modules of Node',
    from: { path: '^web/' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'AR19',
    comment: 'nothing imports the tests but the benchmarks, which measure on their fixtures',
    from: { pathNot: '^(tests|bench)/' },
    to: { path: '^tests/' },
  },
  {
    name: 'AR20',
    comment: 'only compute/runtime meets onnxruntime-node',
    from: { path: '.', pathNot: '^compute/runtime/' },
    to: { path: folder('onnxruntime-(node|common)') },
  },
  {
    name: 'AR21',
    comment: 'only serialize.ts, the tokenizers and the readers of checkpoints meet protobuf',
    from: { path: rooms, pathNot: '^compute/(graph/serialize\\.ts$|tokenize/|checkpoint/)' },
    to: { path: folder('@bufbuild/protobuf') },
  },
  {
    name: 'AR22',
    comment: 'what runs on a server is a dependency, not a development dependency',
    from: { path: '^(compute|collab|server)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'AR23',
    comment: 'bin runs before anything is installed, so it loads packages late or not at all',
    from: { path: '^bin/' },
    to: { dependencyTypes: ['npm', 'npm-dev'], dynamic: false },
  },
  {
    name: 'AR24',
    comment: 'no cycles at run time',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'AR25',
    comment: 'types may know each other within one folder, and not across folders',
    from: { path: '^(.+)/[^/]+$' },
    to: { circular: true, pathNot: '^$1/[^/]+$' },
  },
  {
    name: 'AR26',
    comment: 'every import leads somewhere',
    from: {},
    to: { couldNotResolve: true },
  },
]
