/**
 * The floors of the house (docs/ARCHITECTURE.md): imports go down only, modules meet through their index.ts and
 * in one direction, plug-ins see the contract and nothing else of ours.
 */

const MODULES = [
  'billing',
  'reconciliation',
  'settlement',
  'civic',
  'households',
  'bill-files',
  'agencies',
  'accounts',
  'ledger',
];

/** Which modules a module may use, through index.ts. One that is not listed uses none. */
const MAY_USE = {
  agencies: ['accounts'],
  billing: ['accounts', 'ledger', 'agencies'],
  reconciliation: ['billing', 'ledger', 'agencies', 'accounts'],
  settlement: ['reconciliation', 'ledger', 'accounts'],
  civic: ['accounts', 'ledger', 'agencies'],
  households: ['billing', 'accounts', 'agencies'],
  'bill-files': ['agencies'],
};

/** Tests, wherever they lie, may import anything. */
const TESTS = '\\.(test|e2e)\\.ts$';
const OURS = '^(src|providers|sandbox|web|test|bench|migrations|scripts|bin)/';

/** `^src/(a|b)/` */
const under = (names) => `^src/(${names.join('|')})/`;

/** Code in `from` may import, of ours, only itself and what matches `allowed`. */
function only(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from, pathNot: TESTS },
    to: { path: OURS, pathNot: allowed },
  };
}

const betweenModules = MODULES.map((module) =>
  only(
    `floor-${module}`,
    `^src/${module}/`,
    [
      `^src/${module}/`,
      '^src/(contract|kernel)/',
      '^src/infra/[^/]+/index\\.ts$',
      ...(MAY_USE[module] ?? []).map((other) => `^src/${other}/index\\.ts$`),
    ],
    `${module} may use ${(MAY_USE[module] ?? []).join(', ') || 'no other module'}, through index.ts, and the floors below.`,
  ),
);

module.exports = {
  forbidden: [
    only(
      'floor-kernel',
      '^src/kernel/',
      ['^src/kernel/'],
      'The kernel is pure and stands on nothing of ours.',
    ),
    only(
      'floor-contract',
      '^src/contract/',
      ['^src/(contract|kernel)/'],
      'The contract speaks of the kernel alone.',
    ),
    only(
      'floor-infra',
      '^src/infra/',
      ['^src/(infra|contract|kernel)/'],
      'Infrastructure knows no module: it serves whatever module calls it.',
    ),
    {
      name: 'infra-through-index',
      comment: 'Parts of infra meet through their index.ts.',
      severity: 'error',
      from: { path: '^src/infra/([^/]+)/', pathNot: TESTS },
      to: { path: '^src/infra/', pathNot: ['^src/infra/$1/', '^src/infra/[^/]+/index\\.ts$'] },
    },
    ...betweenModules,
    only(
      'floor-http',
      '^src/http/',
      [
        '^src/http/',
        `${under(MODULES)}index\\.ts$`,
        '^src/infra/[^/]+/index\\.ts$',
        '^src/(contract|kernel)/',
      ],
      'http calls modules through index.ts; it knows neither jobs nor the composition root.',
    ),
    only(
      'floor-jobs',
      '^src/jobs/',
      [
        '^src/jobs/',
        `${under(MODULES)}index\\.ts$`,
        '^src/infra/[^/]+/index\\.ts$',
        '^src/(contract|kernel)/',
      ],
      'jobs call modules through index.ts; they know neither http nor the composition root.',
    ),
    only(
      'floor-app',
      '^src/app/',
      [
        '^src/(app|http|jobs|contract|kernel)/',
        `${under(MODULES)}index\\.ts$`,
        '^src/infra/[^/]+/index\\.ts$',
        '^providers/[^/]+/index\\.ts$',
        '^providers/[^/]+/manifests/[^/]+\\.json$',
      ],
      'The composition root takes everything by its front door.',
    ),
    only(
      'floor-providers',
      '^providers/([^/]+)/',
      ['^providers/$1/', '^src/(contract|kernel)/'],
      'A provider imports the contract and the kernel, and nothing else of ours: not even another provider.',
    ),
    only(
      'floor-sandbox',
      '^sandbox/(?!city/)([^/]+)/',
      ['^sandbox/$1/', '^sandbox/support/', '^src/kernel/'],
      "A sandbox is somebody else's system: it shares the kernel's words and nothing more.",
    ),
    only(
      'floor-sandbox-city',
      '^sandbox/city/',
      ['^sandbox/', '^src/kernel/'],
      'The city puts the sandboxes together; none of them knows it.',
    ),
    only(
      'floor-web',
      '^web/',
      ['^web/', '^docs/openapi\\.json$'],
      'The pages see the server through openapi.json alone.',
    ),
    only(
      'floor-migrations',
      '^migrations/',
      ['^migrations/', '^src/infra/db/index\\.ts$'],
      'A migration lasts for ever: it leans on nothing that changes with the modules.',
    ),
    {
      name: 'no-test-code-in-the-product',
      comment: 'Tests import the product, never the other way round.',
      severity: 'error',
      from: { path: '^(src|providers|sandbox|web|migrations)/', pathNot: TESTS },
      to: { path: ['^test/', TESTS] },
    },
    {
      name: 'container-only-in-app',
      comment: 'Everything else has plain constructors: it can be read, and tested, without a container.',
      severity: 'error',
      from: { path: '^(src|providers|sandbox|web)/', pathNot: ['^src/app/', TESTS] },
      to: { path: '(^|/)node_modules/(tsyringe|reflect-metadata)/' },
    },
    {
      name: 'express-only-in-http',
      comment: 'A module does not know that it is called over HTTP.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(http|app)/', TESTS] },
      to: { path: '(^|/)node_modules/(@types/)?express/' },
    },
    {
      name: 'drivers-only-in-infra',
      comment: 'Modules get Db and Tx from infra/db; what the dialects differ in stays there.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: ['^src/(infra|app)/', TESTS] },
      to: { path: '(^|/)node_modules/(knex|mysql2|pg|ioredis|bullmq)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment: 'Types may refer to each other; code that runs may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'Code that nothing imports is dead, unless a process starts there.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^(src|providers|sandbox)/',
        pathNot: [TESTS, '/main\\.ts$', '\\.d\\.ts$'],
      },
      to: {},
    },
    {
      name: 'no-undeclared-package',
      comment: 'What the product imports is in package.json, and what it runs on is not a development tool.',
      severity: 'error',
      from: { path: '^(src|providers|sandbox|migrations)/', pathNot: TESTS },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
        dependencyTypesNot: ['type-only'],
      },
    },
    { name: 'no-broken-import', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^web/src/generated/', '^\\.data/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.d.ts', '.js', '.cjs', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
