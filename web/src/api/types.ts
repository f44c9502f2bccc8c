import type { paths } from '../generated/api.d.ts';

/** Names for what the API answers with, taken from its specification. */
type Answer<Operation> = Operation extends { responses: infer Responses }
  ? Extract<Responses[keyof Responses & (200 | 201 | 202)], { content: unknown }> extends {
      content: { 'application/json': infer Body };
    }
    ? Body
    : never
  : never;

export type Region = Answer<paths['/v1/regions']['get']>['items'][number];
export type AgencySummary = Answer<paths['/v1/agencies']['get']>['items'][number];
export type AgencyDetail = Answer<paths['/v1/agencies/{agencyId}']['get']>;
export type InputField = AgencyDetail['inputs']['fields'][number];
export type SavedAccount = Answer<paths['/v1/saved-accounts']['get']>['items'][number];
export type BillQuery = Answer<paths['/v1/bill-queries']['post']>;
export type Bill = BillQuery['bills'][number];
export type ChargeKind = Bill['lines'][number]['kind'];
export type Money = Bill['amountDue'];
export type LocalText = AgencySummary['names'];
export type Category = NonNullable<
  NonNullable<paths['/v1/agencies']['get']['parameters']['query']>['category']
>;
export type Payment = Answer<paths['/v1/payments/{paymentId}']['get']>;
export type PaymentStatus = Payment['status'];
export type Fulfilment = NonNullable<Payment['fulfilment']>;
export type Dispute = Answer<paths['/v1/payments/{paymentId}/disputes']['post']>;
export type Receipt = Answer<paths['/v1/payments/{paymentId}/receipt']['get']>;
export type ReceiptVerification = Answer<paths['/v1/receipts/{receiptId}/verification']['get']>;
export type Approval = Answer<paths['/v1/approvals']['get']>['items'][number];
export type BillFilePreview = Answer<paths['/v1/agencies/{agencyId}/bill-files/previews']['post']>;
export type BillImport = Answer<paths['/v1/agencies/{agencyId}/bill-files']['post']>;
export type WebhookEndpoint = Answer<
  paths['/v1/agencies/{agencyId}/webhook-endpoints']['get']
>['items'][number];
export type SignInMethod = Answer<paths['/v1/staff-sign-in/password']['post']>['methods'][number];
export type ParkedTask = Answer<paths['/v1/ops/parked-tasks']['get']>['items'][number];
export type ReconciliationDay = Answer<paths['/v1/reconciliation/days/{businessDate}']['get']>;
export type ReconciliationBatch = ReconciliationDay['batches'][number];
export type BatchReport = NonNullable<
  Answer<paths['/v1/reconciliation/batches/{sourceId}/{businessDate}']['get']>['report']
>['content'];
export type Statement = Answer<paths['/v1/reconciliation/statements']['get']>['items'][number];
export type ReconciliationBreak = Answer<paths['/v1/reconciliation/breaks']['get']>['items'][number];
export type BreakDetail = Answer<paths['/v1/reconciliation/breaks/{breakId}']['get']>;
export type FinanceNames = Answer<paths['/v1/finance-names']['get']>;
export type AgencyNames = Answer<paths['/v1/finance-names/agencies']['get']>;
export type Why = Answer<paths['/v1/reconciliation/statements/{statementId}/rows/{rowNo}/why']['get']>;
export type MonthAccount = Answer<paths['/v1/ledger/months/{month}']['get']>['accounts'][number];
