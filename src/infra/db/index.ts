export * from './bulk-load.ts';
export * from './db.ts';
export * from './dialect.ts';
export * from './group-commit.ts';
export * from './migrations.ts';
export * from './stream-rows.ts';
