import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of finding agencies, and of putting them and their connections in place. */
export const agenciesProblems: ProblemCatalogue = {
  agency_not_found: {
    'zh-CN': ['没有这个缴费单位', '它可能已停止接入，请重新选择缴费单位。'],
    en: ['There is no such agency', 'It may no longer be connected; choose an agency again.'],
  },
  inputs_invalid: {
    'zh-CN': ['填写的账户信息有误', '请对照账单，改正所列各项。'],
    en: ['Something about the account is wrong', 'Compare with a paper bill and correct the entries listed.'],
  },
  connection_not_found: {
    'zh-CN': ['没有这个通道接入', '请检查接入编号，以及它属于缴费单位还是支付渠道。'],
    en: ['There is no such connection', 'Check its id, and whether it is an agency’s or a channel’s.'],
  },
  connection_invalid: {
    'zh-CN': ['通道接入的设置有误', '请改正所列各项设置。'],
    en: ['The connection’s settings are wrong', 'Correct the settings listed.'],
  },
  connection_kind_fixed: {
    'zh-CN': ['不能改变通道接入的类型', '它的类型是 {kind}；请另建一个接入。'],
    en: [
      'The kind of a connection can’t be changed',
      'It is of the kind {kind}; make a new connection instead.',
    ],
  },
  plug_in_unknown: {
    'zh-CN': ['没有安装这种接入方', '请检查类型 {kind}，或先安装它的接入方。'],
    en: ['This kind is not plugged in', 'Check the kind {kind}, or install its provider first.'],
  },
  manifest_invalid: {
    'zh-CN': ['机构清单有误', '请改正所列各项后重新发布。'],
    en: ['The manifest is wrong', 'Correct the entries listed and publish it again.'],
  },
  region_unknown: {
    'zh-CN': ['不认识的行政区划代码', '请使用 GB/T 2260 的省级或地级代码，不认识的有：{regions}。'],
    en: [
      'A region code is not known',
      'Use GB/T 2260 codes of provinces or prefectures; not known: {regions}.',
    ],
  },
  capability_missing: {
    'zh-CN': ['接入方没有清单中声明的能力', '请从清单中去掉这些能力，或在接入方中实现：{capabilities}。'],
    en: [
      'The provider lacks what the manifest declares',
      'Take these out of the manifest, or implement them in the provider: {capabilities}.',
    ],
  },
};
