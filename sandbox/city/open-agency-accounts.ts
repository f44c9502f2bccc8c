import type { DemoAccount } from './members.ts';

const account = (agencyId: string, inputs: Record<string, string>, zh: string, en: string): DemoAccount => ({
  agencyId,
  inputs,
  about: { 'zh-CN': zh, en },
});

/** What reference-agency/data.json holds, for trying out. */
export const OPEN_AGENCY_ACCOUNTS: readonly DemoAccount[] = [
  account('guangzhou-cable-tv', { cardNumber: '8000000001' }, '选购收视套餐', 'choose a plan'),
  account('guangzhou-broadband', { accountNumber: 'gz00000001' }, '预存任意金额', 'pay any amount ahead'),
  account('xian-heating', { accountNumber: 'H0000001' }, '一个采暖季待缴', 'one season due'),
  account(
    'xian-heating',
    { accountNumber: 'H0000002' },
    '两个采暖季待缴，先缴早的',
    'two seasons due, oldest first',
  ),
  account('xian-heating', { accountNumber: 'H0000003' }, '没有欠费', 'nothing due'),
  account(
    'guangzhou-traffic-fines',
    { plateNumber: '粤A12345', fineNumber: '440100000000001' },
    '凭罚单直接缴，不用先查询',
    'a paper fine, paid without a query',
  ),
];
