import { readFileSync } from 'node:fs';

interface LockedPackage {
  version?: string;
  integrity?: string;
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>;
};

/** Where npm would find a package that another one needs: in its own node_modules, or in those above. */
function isLocked(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    if (packages[`${folder}/node_modules/${name}`]) return true;
    if (!folder.includes('/node_modules/')) return packages[`node_modules/${name}`] !== undefined;
  }
}

describe('package-lock.json', () => {
  it('has the binaries of every platform, without which `npm ci` refuses it everywhere', () => {
    const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !isLocked(folder, name))
        .map((name) => `${folder} needs ${name}`),
    );
    // A registry that lacks some of them leaves them out in silence: pin a version that has them all.
    expect(missing).toEqual([]);
  });

  it('says of every package what its contents hash to', () => {
    const without = Object.entries(packages).filter(([folder, { integrity }]) => folder !== '' && !integrity);
    expect(without).toEqual([]);
  });
});
