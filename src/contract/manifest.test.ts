import fc from 'fast-check';
import type { ManifestInput } from './manifest.ts';
import { manifestSchema } from './manifest.ts';

const text = (zh: string, en: string) => ({ 'zh-CN': zh, en });

/** A manifest that is right in every way. */
function aManifest(): ManifestInput {
  return {
    id: 'guangzhou-power',
    names: text('广州供电', 'Guangzhou Power'),
    category: 'electricity',
    regions: ['440100'],
    connection: 'guangzhou-power-direct',
    currency: 'CNY',
    capabilities: ['queryBills', 'pay', 'queryPayment'],
    inputs: {
      fields: [
        {
          name: 'accountNumber',
          label: text('户号', 'Account number'),
          pattern: '^\\d{13}$',
          maxLength: 13,
          keyboard: 'numeric',
          help: text('在纸质账单的左上角', 'Top left of the paper bill'),
          mismatch: text('户号是13位数字', 'An account number has 13 digits'),
        },
      ],
      groups: [['accountNumber']],
      accountField: 'accountNumber',
    },
    queryKind: 'fetch',
    billShape: 'some',
    amountRule: { kind: 'exact' },
    serviceHours: {
      timeZone: 'Asia/Shanghai',
      open: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }],
    },
    paymentLimitMinor: 5_000_000,
    postingPromiseSeconds: 600,
    cutOff: '23:00',
  };
}

const aFee = {
  payer: 'agency' as const,
  effectiveFrom: '2026-01-01',
  slabs: [{ flatMinor: 0, ratePpm: 3_800 }],
  split: { platform: 1, channel: 2, agency: 0 },
};

/** The paths of what is wrong, as `inputs.groups`. */
function faultsOf(change: (manifest: ManifestInput) => void): string[] {
  const manifest = aManifest();
  change(manifest);
  const result = manifestSchema.safeParse(manifest);
  return result.success ? [] : [...new Set(result.error.issues.map((issue) => issue.path.join('.')))];
}

const firstField = (manifest: ManifestInput) => {
  const [field] = manifest.inputs.fields;
  if (!field) throw new Error('a manifest has a field');
  return field;
};

describe('a manifest', () => {
  it('that is right is taken, and its defaults filled in', () => {
    const manifest = manifestSchema.parse(aManifest());
    expect(manifest.inputs.fields[0]?.scannable).toBe(false);
    expect(manifest.serviceHours.maintenance).toEqual([]);
    expect(manifest.serviceItems).toEqual([]);
  });

  it('asks for nothing where there are no bills', () => {
    const inputs = { fields: [], groups: [], accountField: '' };
    const manifest = { ...aManifest(), inputs, queryKind: 'none' as const };
    expect(manifestSchema.safeParse(manifest).success).toBe(true);
  });

  it('survives being stored as JSON', () => {
    const manifest = manifestSchema.parse(aManifest());
    expect(manifestSchema.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  });

  const faults: Record<string, [string, (manifest: ManifestInput) => void]> = {
    'an id that could not stand in a URL': ['id', (m) => (m.id = 'Guangzhou Power')],
    'a text in one language only': ['names.en', (m) => (m.names = { 'zh-CN': '广州供电' } as never)],
    'an unknown category': ['category', (m) => (m.category = 'magic' as never)],
    'a region that is no GB/T 2260 code': ['regions.0', (m) => (m.regions = ['4401'])],
    'no region': ['regions', (m) => (m.regions = [])],
    'a currency in small letters': ['currency', (m) => (m.currency = 'cny')],
    'an unknown capability': ['capabilities.0', (m) => (m.capabilities = ['fly' as never])],
    'a group naming no field': ['inputs.groups', (m) => m.inputs.groups.push(['phone'])],
    'an account field that is no field': ['inputs.accountField', (m) => (m.inputs.accountField = 'phone')],
    'nothing asked for where there are bills': [
      'inputs.fields',
      (m) => (m.inputs = { fields: [], groups: [['phone']], accountField: 'phone' }),
    ],
    'no group that is enough': ['inputs.groups', (m) => (m.inputs.groups = [])],
    'a range whose bound is no multiple of its step': [
      'amountRule',
      (m) => (m.amountRule = { kind: 'range', minimumMinor: 100, maximumMinor: 250, stepMinor: 100 }),
    ],
    'two fields of one name': ['inputs.fields', (m) => m.inputs.fields.push(firstField(m))],
    'a field that no group asks for': [
      'inputs.groups',
      (m) => m.inputs.fields.push({ ...firstField(m), name: 'phone' }),
    ],
    'a pattern that is none': ['inputs.fields.0.pattern', (m) => (firstField(m).pattern = '^(\\d{13}$')],
    'alternatives that are anchored on one side each': [
      'inputs.fields.0.pattern',
      (m) => (firstField(m).pattern = '^(\\d{13})|(\\d{10})$'),
    ],
    'a picture from elsewhere': [
      'inputs.fields.0.picture',
      (m) => (firstField(m).picture = 'https://elsewhere.example/bill.png'),
    ],
    'two routes over one connection': [
      'otherRoutes',
      (m) => (m.otherRoutes = [{ connection: 'guangzhou-power-direct', costPpm: 0 }]),
    ],
    'a fee whose slabs end': [
      'fees.0.slabs',
      (m) => (m.fees = [{ ...aFee, slabs: [{ upToMinor: 100, flatMinor: 1, ratePpm: 0 }] }]),
    ],
    'a fee whose slabs fall': [
      'fees.0.slabs',
      (m) =>
        (m.fees = [
          {
            ...aFee,
            slabs: [
              { upToMinor: 200, flatMinor: 1, ratePpm: 0 },
              { upToMinor: 100, flatMinor: 1, ratePpm: 0 },
              { flatMinor: 1, ratePpm: 0 },
            ],
          },
        ]),
    ],
    'a fee that nobody gets': [
      'fees.0.split',
      (m) => (m.fees = [{ ...aFee, split: { platform: 0, channel: 0, agency: 0 } }]),
    ],
    'two fees of one payer on one date': [
      'fees.1',
      (m) =>
        (m.fees = [
          { ...aFee, effectiveUntil: '2026-12-31' },
          { ...aFee, effectiveFrom: '2026-12-31' },
        ]),
    ],
    'a pattern that is not anchored': ['inputs.fields.0.pattern', (m) => (firstField(m).pattern = '\\d{13}')],
    'a query kind without its operation': ['queryKind', (m) => (m.queryKind = 'plan')],
    'paying without a way to ask what became of it': [
      'capabilities',
      (m) => (m.capabilities = ['queryBills', 'pay']),
    ],
    'a minimum of nothing': [
      'amountRule.minimumMinor',
      (m) => (m.amountRule = { kind: 'any', minimumMinor: 0 }),
    ],
    'an amount with a fraction': [
      'amountRule.stepMinor',
      (m) => (m.amountRule = { kind: 'multipleOf', stepMinor: 0.5 }),
    ],
    'a range upside down': [
      'amountRule',
      (m) => (m.amountRule = { kind: 'range', minimumMinor: 200, maximumMinor: 100 }),
    ],
    'a limit that no float holds': ['paymentLimitMinor', (m) => (m.paymentLimitMinor = 2 ** 53)],
    'a time zone that does not exist': [
      'serviceHours.timeZone',
      (m) => (m.serviceHours.timeZone = 'Asia/Atlantis'),
    ],
    'hours that end before they begin': [
      'serviceHours.open.0',
      (m) => (m.serviceHours.open = [{ weekdays: [1], from: '22:00', to: '02:00' }]),
    ],
    'a 25th hour': [
      'serviceHours.open.0.to',
      (m) => (m.serviceHours.open = [{ weekdays: [1], from: '08:00', to: '25:00' }]),
    ],
    'an eighth weekday': [
      'serviceHours.open.0.weekdays.0',
      (m) => (m.serviceHours.open = [{ weekdays: [8], from: '08:00', to: '18:00' }]),
    ],
    'maintenance that ends before it begins': [
      'serviceHours.maintenance.0',
      (m) =>
        (m.serviceHours.maintenance = [
          {
            from: '2026-11-02T00:00:00+08:00',
            to: '2026-11-01T00:00:00+08:00',
            note: text('维护', 'Maintenance'),
          },
        ]),
    ],
    'maintenance without an offset': [
      'serviceHours.maintenance.0.from',
      (m) =>
        (m.serviceHours.maintenance = [
          { from: '2026-11-01T00:00:00', to: '2026-11-02T00:00:00+08:00', note: text('维护', 'Maintenance') },
        ]),
    ],
    'a cut-off at 24:00': ['cutOff', (m) => (m.cutOff = '24:00')],
    'a service item that needs what is not declared': [
      'serviceItems.0.operations',
      (m) =>
        (m.serviceItems = [{ id: 'move-in', name: text('过户', 'Change of name'), operations: ['apply'] }]),
    ],
    'a promise of no time': ['postingPromiseSeconds', (m) => (m.postingPromiseSeconds = 0)],
  };

  it.each(Object.entries(faults))('is refused for %s', (_name, [path, change]) => {
    expect(faultsOf(change)).toEqual([path]);
  });

  it('is judged, whatever is thrown at it, and never throws back', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(manifestSchema.safeParse(anything).success).toBe(false);
      }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(aManifest())),
        fc.oneof(fc.anything(), fc.constant(undefined)),
        (key, value) => {
          const result = manifestSchema.safeParse({ ...aManifest(), [key]: value });
          if (!result.success) expect(result.error.issues.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
