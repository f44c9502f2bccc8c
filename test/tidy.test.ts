import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { outlineOf } from './tidy/outline.ts';
import { foldersIn, ROOT, readFiles, type SourceFile } from './tidy/source-files.ts';

/**
 * The style of the house as a test: what a reviewer would otherwise have to say each time. An exception is a line in
 * one of the lists below, with its reason.
 */

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;
/** Markup is long and flat where logic is not. */
const MAX_COMPONENT_LINES = 100;
const MAX_CONSTRUCTOR_PARAMETERS = 6;

const PRODUCT_FOLDERS = ['src', 'providers', 'sandbox', 'migrations', 'web/src', 'scripts', 'bin'];
const isTest = (file: SourceFile) => /\.(test|e2e)\.tsx?$/.test(file.path);
const product = PRODUCT_FOLDERS.flatMap((folder) => readFiles(folder, /\.(ts|tsx|mjs|js)$/)).filter(
  (file) => !isTest(file),
);
const outlines = product.map((file) => ({ file, outline: outlineOf(file) }));
/** Everything a person may read, of any kind. */
const texts = readFiles(
  '',
  /\.(ts|tsx|mjs|js|cjs|json|md|html|css|ya?ml|toml|sh)$|(^|\/)(\.npmrc|\.gitignore|run)$/,
);

/** Long because they are lists, not logic. */
const LISTS = /(\.data|\/i18n\/[^/]+|\/problems\/[^/]+)\.ts$/;

/** Where the real time is read; everything else is given a Clock. */
const READS_THE_TIME: readonly [RegExp, string][] = [
  [/^src\/kernel\/clock\.ts$/, 'it is the clock'],
  [/^web\/src\//, 'a page shows the time of the phone that it is on'],
  [
    /^sandbox\/bank\/(notifier|merchant-api)\.ts$/,
    'signatures carry the real time, which the sandbox clock may be far from',
  ],
  [
    /^sandbox\/reference-agency\/(server|signatures)\.mjs$/,
    'plain Node for others to copy, who have no clock of ours',
  ],
];

/** Where chance is only jitter; keys, codes and ids come from node:crypto. */
const DRAWS_LOTS: readonly [RegExp, string][] = [
  [/^src\/infra\/db\/db\.ts$/, 'spreads retries after a deadlock'],
  [/^src\/jobs\/task-worker\.ts$/, 'spreads retries of a failed task'],
  [/^src\/billing\/(advance|surplus-refunds)\.service\.ts$/, 'spreads questions about what is unknown'],
  [/^src\/agencies\/webhooks\/webhook-delivery\.service\.ts$/, 'spreads attempts to tell an agency'],
  [/^src\/agencies\/connection-line\.ts$/, 'spreads the probes of a connection that does not answer'],
];

/** Programs that talk to a person at a terminal; everything else logs. */
const TALKS: readonly [RegExp, string][] = [
  [/^(scripts|bin)\//, 'npm scripts'],
  [/^src\/app\/(cli|processes)\//, 'the command line and the demo'],
  [/^sandbox\/([^/]+\/main|support\/run-sandbox)\.ts$/, 'a process that says where it listens'],
];

const isListed = (list: readonly [RegExp, string][], file: SourceFile) =>
  list.some(([pattern]) => pattern.test(file.path));

function callsOutside(list: readonly [RegExp, string][], pattern: RegExp): string[] {
  return outlines
    .filter(({ file }) => !isListed(list, file))
    .flatMap(({ file, outline }) =>
      outline.calls
        .filter((call) => pattern.test(call.text))
        .map((call) => `${file.path}:${call.line} ${call.text}`),
    );
}

function linesMatching(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    file.text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1} ${line.trim()}`] : [])),
  );
}

describe('the size of things', () => {
  it('looked at the whole product', () => {
    expect(product.length).toBeGreaterThan(100);
    expect(outlines.flatMap(({ outline }) => outline.functions).length).toBeGreaterThan(500);
  });

  it(`keeps files within ${MAX_FILE_LINES} lines`, () => {
    const tooLong = product
      .filter((file) => !LISTS.test(file.path))
      .map((file) => ({ path: file.path, lines: file.text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > MAX_FILE_LINES);
    expect(tooLong).toEqual([]);
  });

  it(`keeps functions within ${MAX_FUNCTION_LINES} lines, components within ${MAX_COMPONENT_LINES}`, () => {
    const tooLong = outlines.flatMap(({ file, outline }) =>
      outline.functions
        .filter(
          (found) =>
            found.lineCount > (file.path.endsWith('.tsx') ? MAX_COMPONENT_LINES : MAX_FUNCTION_LINES),
        )
        .map((found) => `${file.path}:${found.line} ${found.name} has ${found.lineCount} lines`),
    );
    expect(tooLong).toEqual([]);
  });

  it(`keeps constructors within ${MAX_CONSTRUCTOR_PARAMETERS} parameters`, () => {
    const tooMany = outlines.flatMap(({ file, outline }) =>
      outline.constructors
        .filter((found) => found.parameterCount > MAX_CONSTRUCTOR_PARAMETERS)
        .map((found) => `${file.path}:${found.line}`),
    );
    expect(tooMany).toEqual([]);
  });
});

describe('names', () => {
  // `ttl` as a word: a settlement is no time.
  const TIME =
    /timeout|delay|interval|duration|deadline|elapsed|backoff|expires|(?<!se)ttl|lifetime|patience/i;
  const TIME_UNIT = /(Ms|Seconds|Minutes|Hours|Days|_MS|_SECONDS|_MINUTES|_HOURS|_DAYS)$/;
  const MONEY = /amount|balance|price|(^|[a-z])(fee|Fee)(s|Total)?$/;
  /** The sandboxes are others' systems, and count in fen. */
  const MONEY_UNIT = /(Minor|_MINOR|_minor|Fen|_FEN)$/;

  it('of times and amounts end with their unit', () => {
    const withoutUnit = outlines.flatMap(({ file, outline }) =>
      outline.numbers
        .filter(
          ({ name }) =>
            (TIME.test(name) && !TIME_UNIT.test(name)) || (MONEY.test(name) && !MONEY_UNIT.test(name)),
        )
        .map(({ name, line }) => `${file.path}:${line} ${name}`),
    );
    expect(withoutUnit).toEqual([]);
  });

  it('of files are words with dashes, and say the role after a dot', () => {
    const odd = product
      .filter(
        (file) =>
          !/^(vite-env\.d|[a-z0-9]+(-[A-Za-z0-9]+)*(\.[a-z0-9-]+)*)$/.test(
            path.basename(file.path).replace(/\.(tsx?|mjs|js)$/, ''),
          ),
      )
      .filter((file) => !/^(migrations\/|web\/src\/i18n\/)/.test(file.path));
    expect(odd.map((file) => file.path)).toEqual([]);
  });
});

describe('the code', () => {
  it('reads the time from a Clock', () => {
    expect(callsOutside(READS_THE_TIME, /^(Date\.now|new Date)\(\)$/)).toEqual([]);
  });

  it('leaves nothing to chance but jitter', () => {
    expect(callsOutside(DRAWS_LOTS, /^Math\.random\(\)$/)).toEqual([]);
  });

  it('logs, and talks to nobody', () => {
    expect(callsOutside(TALKS, /^console\./)).toEqual([]);
  });

  it('has no exception that is not needed', () => {
    const unused = [
      ...READS_THE_TIME.map(([pattern]) => ({ pattern, calls: /^(Date\.now|new Date)\(\)$/ })),
      ...DRAWS_LOTS.map(([pattern]) => ({ pattern, calls: /^Math\.random\(\)$/ })),
    ].filter(
      ({ pattern, calls }) =>
        !outlines.some(
          ({ file, outline }) =>
            pattern.test(file.path) && outline.calls.some((call) => calls.test(call.text)),
        ),
    );
    expect(unused.map(({ pattern }) => String(pattern))).toEqual([]);
  });

  it('is finished', () => {
    // Written in two halves, so that this line is not found. What follows tells a note from ISO 4217's code for no currency.
    expect(linesMatching(texts, new RegExp(`\\b(${'TO'}DO|${'FIX'}ME|${'XX'}X[: ]|${'HA'}CK)\\b`))).toEqual(
      [],
    );
  });

  it('silences no tool', () => {
    const silenced = new RegExp(`${'@ts'}-(ignore|nocheck)|biome-${'ignore'}|eslint-${'disable'}`);
    const withoutReason = linesMatching([...product, ...readFiles('test', /\.ts$/)], silenced).filter(
      (line) => !/-ignore lint\/[\w/]+: \S.{10,}/.test(line),
    );
    expect(withoutReason).toEqual([]);
  });
});

describe('what is written down', () => {
  it('knows nothing of the machine that it was written on', () => {
    const places = new RegExp(`(^|[\\s"'\`(=])/(${['work', 'root', 'Users', 'home/\\w+'].join('|')})/`);
    expect(linesMatching(texts, places)).toEqual([]);
    const lock = readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8');
    const hosts = new Set([...lock.matchAll(/"resolved": "(https?:\/\/[^/"]+)/g)].map(([, host]) => host));
    hosts.delete('https://registry.npmjs.org');
    expect([...hosts]).toEqual([]);
    expect(readFileSync(path.join(ROOT, '.npmrc'), 'utf8')).not.toMatch(/registry|token|auth/i);
  });

  it('holds no secret', () => {
    expect(
      linesMatching(texts, new RegExp(`-----BEGIN ${'[A-Z ]*'}PRIVATE KEY-----|\\bAKIA[0-9A-Z]{16}\\b`)),
    ).toEqual([]);
  });

  it('leads somewhere: every link in the documents is there', () => {
    const broken = texts
      .filter((file) => file.path.endsWith('.md'))
      .flatMap((file) =>
        [...file.text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
          .map(([, target = '']) => target)
          .filter((target) => !existsSync(path.join(ROOT, path.dirname(file.path), decodeURI(target))))
          .map((target) => `${file.path} → ${target}`),
      );
    expect(broken).toEqual([]);
  });
});

describe('docs/ARCHITECTURE.md', () => {
  const architecture = readFileSync(path.join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
  const tree = [...architecture.matchAll(/^\s*([\w-]+)\/(?:\s|$)/gm)].map(([, name]) => name);
  const folders = [
    ...foldersIn('').filter((name) => !name.startsWith('.')),
    ...['src', 'src/infra', 'providers', 'sandbox', 'test', 'docs'].flatMap(foldersIn),
  ];

  it('names every folder of the house', () => {
    expect(folders.filter((name) => !tree.includes(name))).toEqual([]);
  });

  it('names no folder that is not there', () => {
    expect(tree.filter((name) => name && !folders.includes(name))).toEqual([]);
  });
});

describe('docs/decisions', () => {
  const files = readdirSync(path.join(ROOT, 'docs/decisions')).sort();

  it('are numbered without a gap', () => {
    const numbers = files.map((file) => /^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]);
    expect(numbers).toEqual(files.map((_, index) => String(index + 1).padStart(4, '0')));
  });

  it.each(files)('%s says its number, what was decided and why, on one page', (file) => {
    const text = readFileSync(path.join(ROOT, 'docs/decisions', file), 'utf8');
    expect(text).toMatch(new RegExp(`^# ${Number(file.slice(0, 4))}\\. \\S`));
    expect(text).toMatch(/^## Decision$/m);
    expect(text).toMatch(/^## Why$/m);
    expect(text.split('\n').length).toBeLessThanOrEqual(60);
  });
});
