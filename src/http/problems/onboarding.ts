import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of an agency's way to being live, and of what it may do there. */
export const onboardingProblems: ProblemCatalogue = {
  api_key_invalid: {
    'zh-CN': ['接口密钥无效', '它可能已过期、被替换或吊销；请换用有效密钥，或在机构页面生成新的。'],
    en: [
      'The API key is not good',
      'It may have expired, been replaced or revoked: use one that is good, or make a new one.',
    ],
  },
  api_key_not_found: {
    'zh-CN': ['没有这个可用的接口密钥', '它可能已过期或吊销，请刷新列表后重选。'],
    en: ['There is no such API key in use', 'It may have expired or been revoked; reload the list.'],
  },
  api_keys_too_many: {
    'zh-CN': ['接口密钥太多', '最多同时使用 {maximum} 个，请先吊销不再使用的密钥。'],
    en: ['There are too many API keys', 'At most {maximum} can be in use; revoke one that is not needed.'],
  },
  agency_user_not_found: {
    'zh-CN': ['该机构没有这个用户', '请刷新用户列表；已停用的用户不会恢复。'],
    en: ['The agency has no such user', 'Reload the list; who was shut out stays so.'],
  },
  onboarding_not_found: {
    'zh-CN': ['没有这个机构', '请检查机构编号，或先提交它的机构清单。'],
    en: ['There is no such agency', 'Check its id, or put its manifest in first.'],
  },
  onboarding_stage_wrong: {
    'zh-CN': [
      '当前阶段不能这样操作',
      '该机构处于 {stage} 阶段；请查看接入步骤，先完成前一步（已提交的须先撤回）。',
    ],
    en: [
      'This is not possible at this stage',
      'The agency is at the stage {stage}: do the step before first, or withdraw what was submitted.',
    ],
  },
  agency_status_wrong: {
    'zh-CN': ['当前状态不能这样操作', '该机构目前的状态是 {status}；请刷新后再决定。'],
    en: ['This is not possible now', 'The agency’s status is {status}; reload and decide again.'],
  },
  version_not_found: {
    'zh-CN': ['没有这个版本', '请从版本列表中选择。'],
    en: ['There is no such version', 'Choose one from the list of versions.'],
  },
  manifest_changed: {
    'zh-CN': ['机构清单已有改动', '所涉及的版本不再是当前版本，请就当前版本重新进行。'],
    en: [
      'The manifest has changed meanwhile',
      'This was about another version; do it again for the one there is now.',
    ],
  },
  conformance_kit_missing: {
    'zh-CN': ['这类接入没有自动测试', '类型 {kind} 请在接入方代码上运行契约测试，附上报告并由第二人确认。'],
    en: [
      'There is no kit for this kind of connection',
      'For the kind {kind}, run the contract suite, attach its report and have a second person accept it.',
    ],
  },
  test_accounts_invalid: {
    'zh-CN': ['测试账户有误', '请对照测试工具的说明，改正所列各项。'],
    en: ['The test accounts are wrong', 'Correct the entries listed, as the kit’s description says.'],
  },
  conformance_not_passed: {
    'zh-CN': ['一致性测试尚未通过', '请就当前清单运行测试，改正报告中的问题后再提交。'],
    en: [
      'The conformance test has not been passed',
      'Run it against the manifest as it is, and mend what the report lists.',
    ],
  },
  go_live_blocked: {
    'zh-CN': ['还不能上线', '尚缺：{missing}。请补齐后再上线。'],
    en: ['It can’t go live yet', 'What is missing: {missing}.'],
  },
  region_not_served: {
    'zh-CN': ['上线区域超出机构清单', '请至少选择一个清单中的区域；不在清单内的有：{regions}。'],
    en: [
      'The rollout goes beyond the manifest’s regions',
      'Choose at least one region, all within the manifest’s; outside are: {regions}.',
    ],
  },
  approval_not_found: {
    'zh-CN': ['没有这个审批申请', '请刷新审批列表。'],
    en: ['There is no such request', 'Reload the list of approvals.'],
  },
  approval_decided: {
    'zh-CN': ['该申请已有结论', '它的状态是 {state}，不能再改；如有需要请重新提交。'],
    en: ['This has been decided', 'Its state is {state}, for good; submit a new request if need be.'],
  },
  approval_by_submitter: {
    'zh-CN': ['不能审批自己提交的申请', '请由另一位工作人员审批。'],
    en: ['Nobody approves what they submitted', 'Ask another member of staff to decide.'],
  },
  settlement_change_pending: {
    'zh-CN': ['已有一项结算账户变更在进行', '请等它生效，或先撤回它。'],
    en: [
      'A change of the settlement account is under way',
      'Wait for it to take effect, or withdraw it first.',
    ],
  },
  agency_suspended: {
    'zh-CN': ['该缴费单位暂停缴费', '{reason}已提交的缴费会照常处理，请稍后再来。'],
    en: [
      'This agency takes no payments for now',
      '{reason} What was paid already is dealt with as usual; please come back later.',
    ],
  },
  agency_retired: {
    'zh-CN': ['该缴费单位已停止在此缴费', '{reason}请直接向该单位缴费。'],
    en: ['This agency is no longer paid here', '{reason} Please pay it directly.'],
  },
  agency_not_open_to_you: {
    'zh-CN': ['该缴费单位正在分批开放', '目前尚未对您开放，请过几天再试，或先用原来的方式缴费。'],
    en: [
      'This agency is being opened step by step',
      'It is not open to you yet; try again in some days, or pay the way you did before.',
    ],
  },
};
