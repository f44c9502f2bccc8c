import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of agencies that send files. */
export const billFilesProblems: ProblemCatalogue = {
  bill_book_not_found: {
    'zh-CN': ['这家单位还没有开立账目', '请先提交文件设置（列的对应关系），再上传文件。'],
    en: ['No books are kept for this agency yet', 'Send the setup of its files first, and then a file.'],
  },
  bill_book_not_possible: {
    'zh-CN': ['这家单位不能用文件接入', '请在清单中把 agencyCode 设为机构自己的编号，然后重试。'],
    en: [
      'No books can be kept for this agency',
      'Its manifest has to name the agency’s own id as agencyCode; correct that and try again.',
    ],
  },
  bill_file_setup_invalid: {
    'zh-CN': ['文件设置有误', '请改正所列各项；户号的列要与清单中的一组填写项一致。'],
    en: [
      'The setup of the files is wrong',
      'Correct the entries listed; the columns of the account have to be one group of the manifest’s inputs.',
    ],
  },
  bill_import_running: {
    retryable: true,
    'zh-CN': ['另一个文件正在导入', '同一家单位一次只导入一个文件，请稍后再试。'],
    en: ['Another file is being read', 'One file of an agency is read at a time; try again in a minute.'],
  },
  bill_import_broken_off: {
    retryable: true,
    'zh-CN': ['导入中断', '账单没有任何变化。请重新上传同一个文件；若再次中断，请联系平台。'],
    en: [
      'The import broke off',
      'No bill has changed. Send the same file again; if it breaks off again, tell the platform.',
    ],
  },
  bill_revision_not_found: {
    'zh-CN': ['没有这次导入', '请从导入记录中重新选择。'],
    en: ['There is no such import', 'Choose one of the list of imports.'],
  },
  bill_file_missing: {
    status: 422,
    'zh-CN': ['没有收到文件', '请把文件内容作为请求正文上传。'],
    en: ['No file came', 'Send the file itself as the body of the request.'],
  },
};
