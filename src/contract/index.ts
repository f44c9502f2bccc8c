export type * from './bill.ts';
export * from './channel.ts';
export type * from './context.ts';
export * from './manifest.fees.ts';
export * from './manifest.inputs.ts';
export * from './manifest.ts';
export * from './outcome.ts';
export * from './provider.ts';
export type * from './service.ts';
