export * from './bulk-lines.ts';
