export * from './change-watch.ts';
