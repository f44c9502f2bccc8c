import { AGENCY_ID, City } from '../../test/support/city.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';

describeOnBothStacks('a second look at what was owed', (stack) => {
  let city: City;
  beforeAll(async () => {
    city = await City.start(stack());
  });
  afterAll(() => city.stop());

  const ask = async () => {
    const accountNumber = await city.customerWithBill();
    const query = await city.billing.queries.query(city.residentId, AGENCY_ID, { accountNumber });
    return { accountNumber, query, queryId: query.queryId ?? '' };
  };
  const look = (queryId: string, residentId = city.residentId) =>
    city.billing.queries.look(residentId, queryId);

  it('shows at once what is being paid', async () => {
    const { accountNumber, queryId } = await ask();
    expect((await look(queryId)).bills[0]?.inFlightPaymentId).toBeNull();
    const { paymentId } = await city.order(accountNumber);
    expect((await look(queryId)).bills[0]?.inFlightPaymentId).toBe(paymentId);
  });

  it('shows nothing of another’s, and nothing that is over', async () => {
    const { queryId } = await ask();
    const notFound = { code: 'query_not_found' };
    await expect(look(queryId, 'res_somebody_else')).rejects.toMatchObject(notFound);
    expect((await look(queryId)).queryId).toBe(queryId);
    await expect(look(queryId.replace(/.$/, queryId.endsWith('x') ? 'y' : 'x'))).rejects.toMatchObject(
      notFound,
    );
    city.clock.advance(15 * 60_000);
    await expect(look(queryId)).rejects.toMatchObject({ code: 'query_expired' });
  });

  it('shows what the first one showed, and does not ask the agency', async () => {
    const { query, queryId } = await ask();
    await city.power.goDown();
    expect(await look(queryId)).toEqual(query);
    await city.power.comeUp();
  });
});
