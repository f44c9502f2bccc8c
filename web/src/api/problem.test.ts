import { problemOfResponse } from './problem.ts';

const answer = (status: number, body: unknown) => problemOfResponse(Response.json(body, { status }));
const problem = {
  code: 'bill_changed',
  title: 'Changed',
  detail: 'Look again',
  traceId: 't',
  retryable: false,
};

describe('an answer that is no success', () => {
  it('is read as what the server says', async () => {
    const read = await answer(409, {
      ...problem,
      params: { paymentId: 'pay_1' },
      errors: [{ pointer: '#/amount', code: 'x', detail: 'too little' }, 'not one'],
    });
    expect(read).toMatchObject({
      kind: 'answered',
      code: 'bill_changed',
      title: 'Changed',
      isOutcomeUnknown: false,
    });
    expect(read.params.paymentId).toBe('pay_1');
    expect(read.fieldDetail('#/amount')).toBe('too little');
    expect(read.fieldDetail('#/other')).toBeNull();
  });

  it('counts as none when it is not the server that speaks', async () => {
    for (const body of ['<html>', null, [], { code: 5 }]) {
      expect(await answer(502, body)).toMatchObject({ kind: 'noAnswer', isOutcomeUnknown: true });
    }
    const page = await problemOfResponse(new Response('Bad gateway', { status: 503 }));
    expect(page).toMatchObject({ kind: 'noAnswer', isOutcomeUnknown: true });
  });

  it('leaves the outcome open after a fault of the server, and not when it says that nothing was changed', async () => {
    expect((await answer(500, problem)).isOutcomeUnknown).toBe(true);
    expect((await answer(503, problem)).isOutcomeUnknown).toBe(false);
  });
});
