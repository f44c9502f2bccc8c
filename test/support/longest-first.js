import { statSync } from 'node:fs';

/** Suites that take long, whatever the size of their files: begun last, one of them would keep a core busy alone at the end. */
const LONG = [
  'test/faults/kills',
  'test/faults/',
  'test/e2e/',
  'test/production/cluster',
  'src/jobs/',
  'src/app/cli/',
  '.contract.test',
];

/** The order in which jest runs the suites: the long ones as they are listed, then the others by the size of their files. */
export default class LongestFirst {
  sort(tests) {
    const weightOf = ({ path }) => {
      const place = LONG.findIndex((part) => path.includes(part));
      return statSync(path).size + (place < 0 ? 0 : (LONG.length - place) * 1e9);
    };
    return [...tests].sort((a, b) => weightOf(b) - weightOf(a));
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}
