import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type DemoFiles, demoFiles, demoSecrets, removeDemo, takeFolder } from './demo-files.ts';

describe('a demo’s folder', () => {
  let files: DemoFiles;
  beforeEach(() => {
    files = demoFiles(path.join(mkdtempSync(path.join(os.tmpdir(), 'civicpay-files-')), 'data'));
  });
  afterEach(() => rmSync(path.dirname(files.dir), { recursive: true, force: true }));

  it('keeps the secrets drawn at the first start, for nobody else to read', () => {
    takeFolder(files);
    const secrets = demoSecrets(files);
    expect(demoSecrets(files)).toEqual(secrets);
    expect(statSync(files.secretsFile).mode & 0o777).toBe(0o600);
  });

  it('draws new secrets after a reset', () => {
    takeFolder(files);
    const { databasePassword } = demoSecrets(files);
    removeDemo(files);
    expect(demoSecrets(files).databasePassword).not.toBe(databasePassword);
  });

  it('belongs to one demo at a time', async () => {
    takeFolder(files);
    // Another process that was started as a demo is.
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'scripts/start.mjs']);
    await once(other, 'spawn');
    try {
      writeFileSync(files.lockFile, String(other.pid));
      expect(() => takeFolder(files)).toThrow(new RegExp(`running already \\(process ${other.pid}\\)`));
    } finally {
      other.kill();
      await once(other, 'exit');
    }
    const letGo = takeFolder(files);
    letGo();
    expect(existsSync(files.lockFile)).toBe(false);
  });

  it('is free when the process of its lock is somebody else’s now', () => {
    takeFolder(files);
    writeFileSync(files.lockFile, String(process.ppid));
    expect(() => takeFolder(files)).not.toThrow();
  });
});
