export { collectGarbage, collectYoungGarbage } from './collect-garbage.ts';
export { releaseBytes } from './release-bytes.ts';
export { SharedSlabs } from './shared-slabs.ts';
