import { createTestVault } from '../../test/support/accounts.ts';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { frameWith } from '../../test/support/http-app.ts';
import { openPlainAgencies, plainManifest } from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { agenciesRoutes } from './agencies.routes.ts';

/** A Monday, 12:05 in Shanghai. */
const clock = new TestClock();

const note = { 'zh-CN': '系统升级', en: 'Upgrade' };
const maintenance = [
  { from: '2026-04-01T00:00:00+08:00', to: '2026-04-01T02:00:00+08:00', note },
  { from: '2026-03-03T20:00:00+08:00', to: '2026-03-04T02:00:00+08:00', note },
  { from: '2026-02-01T00:00:00+08:00', to: '2026-02-01T02:00:00+08:00', note },
];

/** Says everything that a manifest may leave out. */
function manifestWithEverything() {
  const plain = plainManifest('with-everything', { category: 'gas', regions: ['440400'] });
  const [field] = plain.inputs.fields;
  if (!field) throw new Error('a manifest has a field');
  return {
    ...plain,
    inputs: {
      ...plain.inputs,
      fields: [
        {
          ...field,
          check: 'meterNumber' as const,
          picture: 'data:image/png;base64,aGk=',
          presets: [{ value: '1234567890', label: note }],
        },
      ],
    },
    amountPresetsMinor: [1_000, 5_000],
    acceptsAdvance: true,
    chargeOrder: ['lateFee' as const, 'usage' as const],
    payer: 'named' as const,
    isQueryForSameDay: true,
    dailyLimitMinor: 20_000,
    disputes: { withinDays: 30, answerWithinHours: 24 },
  };
}

describeOnBothStacks('the API of agencies', (stack) => {
  let api: CheckedApi;

  beforeAll(async () => {
    const { agencies } = await openPlainAgencies({ db: stack().db, vault: createTestVault(), clock });
    await agencies.publishManifest(plainManifest('always-open', { servicePhone: '95598' }));
    const open = [{ weekdays: [2], from: '08:30', to: '17:00' }];
    const serviceHours = { timeZone: 'Asia/Shanghai', open, maintenance };
    await agencies.publishManifest(
      plainManifest('on-tuesdays', { category: 'water', regions: ['440300'], serviceHours }),
    );
    await agencies.publishManifest(manifestWithEverything());
    const { app, openApi } = frameWith(agenciesRoutes({ agencies, clock }), []);
    api = checkedApi(app, openApi);
  });

  it('lists the places that have agencies', async () => {
    const { body } = await api.get('/v1/regions').expect(200);
    expect(body.items).toEqual([
      { code: '440100', names: { 'zh-CN': '广州市', en: 'Guangzhou' }, categories: ['electricity'] },
      { code: '440300', names: { 'zh-CN': '深圳市', en: 'Shenzhen' }, categories: ['water'] },
      { code: '440400', names: { 'zh-CN': '珠海市', en: 'Zhuhai' }, categories: ['gas'] },
    ]);
  });

  it('lists agencies by place and category, in pages', async () => {
    const ids = async (query: string) => {
      const { body } = await api.get(`/v1/agencies${query}`).expect(200);
      return [body.items.map((item: { agencyId: string }) => item.agencyId), body.nextCursor];
    };
    expect(await ids('')).toEqual([['always-open', 'on-tuesdays', 'with-everything'], null]);
    expect(await ids('?limit=1')).toEqual([['always-open'], 'always-open']);
    expect(await ids('?limit=1&cursor=always-open')).toEqual([['on-tuesdays'], 'on-tuesdays']);
    expect(await ids('?region=440300&category=water')).toEqual([['on-tuesdays'], null]);
    expect(await ids('?region=440300&category=electricity')).toEqual([[], null]);
    const named = (text: string) => ids(`?search=${encodeURIComponent(text)}`);
    expect(await named('单位on')).toEqual([['on-tuesdays'], null]);
    expect(await named(' AGENCY  always ')).toEqual([['always-open'], null]);
    expect(await named('没有')).toEqual([[], null]);
  });

  it('refuses queries that make no sense', async () => {
    for (const query of [
      '?search=',
      `?search=${'x'.repeat(33)}`,
      '?region=guangzhou',
      '?category=magic',
      '?limit=0',
      '?limit=1000',
    ]) {
      const { body } = await api.get(`/v1/agencies${query}`).expect(400);
      expect(body.code).toBe('query_invalid');
    }
    const { body } = await api.get('/v1/agencies?cursor=~').expect(400);
    expect(body.code).toBe('cursor_invalid');
  });

  it('tells all that a page needs to ask for bills', async () => {
    const { body } = await api.get('/v1/agencies/always-open').expect(200);
    expect(body).toMatchObject({
      agencyId: 'always-open',
      inputs: { groups: [['accountNumber']], accountField: 'accountNumber' },
      queryKind: 'fetch',
      billShape: 'some',
      amountRule: { kind: 'exact' },
      openNow: true,
      opensAt: null,
      postingPromiseSeconds: 60,
      paymentLimit: { amountMinor: 1_000_000, currency: 'CNY' },
      servicePhone: '95598',
    });
    expect(body.inputs.fields[0]).toMatchObject({
      pattern: '^\\d{10}$',
      scannable: false,
      placeholder: null,
      picture: null,
      check: null,
      presets: null,
    });
    expect(body).toMatchObject({
      amountPresets: [],
      acceptsAdvance: false,
      payer: 'anyone',
      dailyLimit: null,
    });
  });

  it('tells what a manifest says beyond that', async () => {
    const { body } = await api.get('/v1/agencies/with-everything').expect(200);
    expect(body).toMatchObject({
      amountPresets: [
        { amountMinor: 1_000, currency: 'CNY' },
        { amountMinor: 5_000, currency: 'CNY' },
      ],
      acceptsAdvance: true,
      chargeOrder: ['lateFee', 'usage'],
      payer: 'named',
      isQueryForSameDay: true,
      dailyLimit: { amountMinor: 20_000, currency: 'CNY' },
      disputes: { withinDays: 30, answerWithinHours: 24 },
      serviceHours: { timeZone: 'Asia/Shanghai', open: [{ from: '00:00', to: '24:00' }] },
      maintenance: [],
    });
    expect(body.inputs).toMatchObject({
      fields: [{ check: 'meterNumber', picture: 'data:image/png;base64,aGk=', presets: [{ label: note }] }],
      schema: {
        properties: { accountNumber: { enum: ['1234567890'] } },
        anyOf: [{ required: ['accountNumber'] }],
      },
    });
  });

  it('tells when a closed agency opens', async () => {
    const { body } = await api.get('/v1/agencies/on-tuesdays').expect(200);
    expect(body).toMatchObject({ openNow: false, opensAt: '2026-03-03T00:30:00.000Z', servicePhone: null });
    // What is over is no news; the rest comes in the order of time.
    expect(body.maintenance).toEqual([
      { from: '2026-03-03T12:00:00.000Z', to: '2026-03-03T18:00:00.000Z', note },
      { from: '2026-03-31T16:00:00.000Z', to: '2026-03-31T18:00:00.000Z', note },
    ]);
  });

  it('answers 404 for what is not there, in the language asked for', async () => {
    const { body } = await api.get('/v1/agencies/nobody').set('accept-language', 'en').expect(404);
    expect(body).toMatchObject({ code: 'agency_not_found', title: 'There is no such agency' });
  });
});
