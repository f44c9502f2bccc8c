export { type Access, mayCall } from './accounts.rules.ts';
export { type Accounts, createAccounts } from './accounts.service.ts';
export * from './accounts.types.ts';
export { recordAudit } from './audit.repo.ts';
export { type DemoSignIns, readDemoSignIns } from './demo-sign-ins.ts';
export { type SandboxSms, SandboxSmsSender } from './sandbox-sms.ts';
export { WebhookSmsSender } from './webhook-sms.ts';
