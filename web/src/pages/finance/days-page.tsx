import { Page } from '../../parts/page.tsx';
import { TrialBalance } from '../staff/trial-balance.tsx';
import { useTexts } from './texts.ts';

/** Whether the books are in balance. */
export default function DaysPage() {
  const texts = useTexts();
  return (
    <Page title={texts.title} back="/staff">
      <TrialBalance />
    </Page>
  );
}
