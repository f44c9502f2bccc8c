/** Tests run as real ES modules (`node --experimental-vm-modules`); scripts/test.mjs starts them with their servers. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  roots: ['<rootDir>/src', '<rootDir>/providers', '<rootDir>/sandbox', '<rootDir>/test', '<rootDir>/web/src'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript', tsx: false }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  setupFiles: ['<rootDir>/test/support/property-seed.ts'],
  testSequencer: '<rootDir>/test/support/longest-first.js',
  // For what hangs: many times what a test takes, since a build server may be slow and busy.
  testTimeout: 120_000,
  // Not in the temporary folder, which is another one in each run.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
};
