import { lazy } from 'react';
import { createBrowserRouter } from 'react-router';
import { ResidentOnly, StaffOnly } from './parts/guards.tsx';
import { Shell } from './parts/shell.tsx';

/** One chunk a page: a resident on a slow line loads what they look at. */
const HomePage = lazy(() => import('./pages/home/home-page.tsx'));
const SignInPage = lazy(() => import('./pages/sign-in/sign-in-page.tsx'));
const AddAccountPage = lazy(() => import('./pages/accounts/add-account-page.tsx'));
const BillPage = lazy(() => import('./pages/bill/bill-page.tsx'));
const ChoosePage = lazy(() => import('./pages/pay/choose-page.tsx'));
const PayOncePage = lazy(() => import('./pages/pay/pay-once-page.tsx'));
const PaymentPage = lazy(() => import('./pages/payment/payment-page.tsx'));
const DisputePage = lazy(() => import('./pages/dispute/dispute-page.tsx'));
const ReceiptPage = lazy(() => import('./pages/receipt/receipt-page.tsx'));
const VerifyPage = lazy(() => import('./pages/receipt/verify-page.tsx'));
const HistoryPage = lazy(() => import('./pages/history/history-page.tsx'));
const SettingsPage = lazy(() => import('./pages/settings/settings-page.tsx'));
const InboxPage = lazy(() => import('./pages/inbox/inbox-page.tsx'));
const StaffSignInPage = lazy(() => import('./pages/staff/staff-sign-in-page.tsx'));
const StaffPage = lazy(() => import('./pages/staff/staff-page.tsx'));
const AgencyPage = lazy(() => import('./pages/agency/agency-page.tsx'));
const FinancePage = lazy(() => import('./pages/finance/finance-page.tsx'));
const FinanceBatchPage = lazy(() => import('./pages/finance/batch-page.tsx'));
const FinanceDayPage = lazy(() => import('./pages/finance/day-page.tsx'));
const FinanceDaysPage = lazy(() => import('./pages/finance/days-page.tsx'));
const BreaksPage = lazy(() => import('./pages/finance/breaks-page.tsx'));
const BreakPage = lazy(() => import('./pages/finance/break-page.tsx'));
const BreakResolutionPage = lazy(() => import('./pages/finance/break-resolution-page.tsx'));
const PaymentWhyPage = lazy(() => import('./pages/finance/payment-why-page.tsx'));
const SettlementsPage = lazy(() => import('./pages/finance/settlements-page.tsx'));
const SettlementPage = lazy(() => import('./pages/finance/settlement-page.tsx'));
const PayoutsPage = lazy(() => import('./pages/finance/payouts-page.tsx'));
const PayoutPage = lazy(() => import('./pages/finance/payout-page.tsx'));
const MonthsPage = lazy(() => import('./pages/finance/months-page.tsx'));
const NotFoundPage = lazy(() => import('./pages/not-found-page.tsx'));
const BrokenPage = lazy(() => import('./pages/broken-page.tsx'));

export const router = createBrowserRouter([
  {
    Component: Shell,
    children: [
      {
        // Inside the shell, so that the navigation stays when a page breaks.
        ErrorBoundary: BrokenPage,
        children: [
          { path: '/sign-in', Component: SignInPage },
          { path: '/verify/:receiptId', Component: VerifyPage },
          { path: '/inbox', Component: InboxPage },
          { path: '/staff/sign-in', Component: StaffSignInPage },
          {
            Component: ResidentOnly,
            children: [
              { path: '/', Component: HomePage },
              { path: '/accounts/new', Component: AddAccountPage },
              { path: '/bills/:savedAccountId', Component: BillPage },
              { path: '/pay', Component: ChoosePage },
              { path: '/pay/:agencyId', Component: PayOncePage },
              { path: '/payments/:paymentId', Component: PaymentPage },
              { path: '/payments/:paymentId/dispute', Component: DisputePage },
              { path: '/receipts/:paymentId', Component: ReceiptPage },
              { path: '/history', Component: HistoryPage },
              { path: '/settings', Component: SettingsPage },
            ],
          },
          {
            Component: StaffOnly,
            children: [
              { path: '/staff', Component: StaffPage },
              { path: '/staff/agency', Component: AgencyPage },
              { path: '/staff/agencies/:agencyId', Component: AgencyPage },
              {
                path: '/staff/finance',
                Component: FinancePage,
                children: [
                  { index: true, Component: FinanceDaysPage },
                  { path: 'days/:businessDate', Component: FinanceDayPage },
                  { path: 'batches/:sourceId/:businessDate', Component: FinanceBatchPage },
                  { path: 'breaks', Component: BreaksPage },
                  { path: 'breaks/:breakId', Component: BreakPage },
                  { path: 'break-resolutions/:resolutionId', Component: BreakResolutionPage },
                  { path: 'payments/:paymentId', Component: PaymentWhyPage },
                  { path: 'settlements', Component: SettlementsPage },
                  { path: 'settlements/:settlementId', Component: SettlementPage },
                  { path: 'payouts', Component: PayoutsPage },
                  { path: 'payouts/:batchId', Component: PayoutPage },
                  { path: 'months', Component: MonthsPage },
                ],
              },
            ],
          },
          { path: '*', Component: NotFoundPage },
        ],
      },
    ],
  },
]);
