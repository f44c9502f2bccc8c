import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { formatDate } from '../../format.ts';
import { Page } from '../../parts/page.tsx';
import { CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { useNames } from './names.tsx';
import { useDayTexts } from './texts-days.ts';
import { useWhyTexts } from './texts-why.ts';
import { WhyAnswer } from './why.tsx';

/** What our books, the channel and the agency say of one payment, and why that was matched or not. */
export default function PaymentWhyPage() {
  const { paymentId = '' } = useParams();
  const texts = useWhyTexts();
  const dayTexts = useDayTexts();
  const names = useNames();
  const words = useQuery({
    queryKey: [CONSOLE_KEY, 'paymentWhy', paymentId],
    queryFn: async ({ signal }) => {
      const params = { path: { paymentId } };
      return bodyOf(await api.GET('/v1/reconciliation/payments/{paymentId}/why', { params, signal })).items;
    },
  });
  return (
    <Page title={texts.payment} back="/staff/finance">
      <p className="weak small long-text number">{paymentId}</p>
      {words.isSuccess && words.data.length > 0 ? null : (
        <Panel title={texts.why} query={words}>
          {words.data?.length === 0 ? <p>{texts.nothingMoved}</p> : null}
        </Panel>
      )}
      <div className="staff-grid">
        {words.data?.map(({ sourceId, role, businessDate, answers }) => (
          <Panel
            key={`${sourceId} ${businessDate}`}
            title={`${dayTexts.roles[role]} · ${names.source(sourceId)}`}
          >
            <Link className="break-link" to={`/staff/finance/batches/${sourceId}/${businessDate}`}>
              {formatDate(businessDate)}
            </Link>
            {answers.length === 0 ? <p>{texts.noAnswers}</p> : null}
            {answers.map((answer) => (
              <WhyAnswer key={keyOf(answer.rows)} answer={answer} />
            ))}
          </Panel>
        ))}
      </div>
    </Page>
  );
}

const keyOf = (rows: readonly { statementId: string; rowNo: number }[]) =>
  rows.map(({ statementId, rowNo }) => `${statementId} ${rowNo}`).join(' ');
