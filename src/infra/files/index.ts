export * from './amounts.ts';
export * from './csv.ts';
export * from './dates.ts';
export * from './reading.types.ts';
export * from './text.ts';
export * from './unpack.ts';
export * from './xlsx.ts';
export * from './xml-tree.ts';
