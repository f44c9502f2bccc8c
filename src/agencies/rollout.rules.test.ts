import fc from 'fast-check';
import { plainManifest } from '../../test/support/plain-agency.ts';
import { manifestSchema } from '../contract/index.ts';
import type { Agency } from './agencies.types.ts';
import { servingRegions } from './regions.rules.ts';
import { admits, checkTakesOrders, rolledOutRegions } from './rollout.rules.ts';

const manifest = manifestSchema.parse(plainManifest('plain-agency', { regions: ['440000'] }));

function agencyWith(change: Partial<Agency>): Agency {
  return {
    agencyId: 'plain-agency',
    manifest,
    manifestVersion: 1,
    connectionId: 'plain-one',
    status: 'live',
    statusReason: null,
    rollout: { regions: null, sharePercent: 100 },
    ...change,
  };
}
const sharing = (sharePercent: number) => agencyWith({ rollout: { regions: null, sharePercent } });
const residentId = fc.stringMatching(/^res_[0-9a-hjkmnp-tv-z]{26}$/);
const share = fc.integer({ min: 0, max: 100 });

describe('admits', () => {
  it('lets everybody in at a hundred percent, and nobody at none', () => {
    fc.assert(
      fc.property(residentId, (id) => {
        expect(admits(sharing(100), { residentId: id })).toBe(true);
        expect(admits(sharing(0), { residentId: id })).toBe(false);
      }),
    );
  });

  it('shuts nobody out by raising the share', () => {
    fc.assert(
      fc.property(residentId, share, share, (id, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        if (admits(sharing(less), { residentId: id })) {
          expect(admits(sharing(more), { residentId: id })).toBe(true);
        }
      }),
    );
  });

  it('lets in about the share that was asked for', () => {
    const ids = Array.from({ length: 4_000 }, (_, i) => `res_${i}`);
    const admitted = ids.filter((id) => admits(sharing(30), { residentId: id })).length;
    // Five standard deviations of a fair draw: these ids give one number for ever.
    expect(Math.abs(admitted - 1_200)).toBeLessThan(145);
  });

  it('keeps to the regions of the rollout where the resident’s is known', () => {
    const agency = agencyWith({ rollout: { regions: ['440100'], sharePercent: 100 } });
    expect(admits(agency, { residentId: 'r', region: '440106' })).toBe(true);
    expect(admits(agency, { residentId: 'r', region: '440300' })).toBe(false);
    expect(admits(agency, { residentId: 'r' })).toBe(true);
  });
});

it('rolls out nowhere that the manifest does not serve', () => {
  const region = fc.constantFrom<string>('440000', '440100', '440106', '440300', '110000', '110100');
  fc.assert(
    fc.property(fc.array(region, { minLength: 1 }), fc.option(fc.array(region)), (served, wanted) => {
      const regions = rolledOutRegions(served, wanted);
      for (const code of regions) {
        expect(servingRegions(code).some((one) => served.includes(one))).toBe(true);
        if (wanted) expect(wanted).toContain(code);
      }
      if (!wanted) expect(new Set(regions)).toEqual(new Set(served));
    }),
  );
});

it('says why an agency takes no orders', () => {
  const reason = { 'zh-CN': '系统升级。', en: 'Being upgraded.' };
  const codeOf = (agency: Agency) => {
    try {
      checkTakesOrders(agency, { residentId: 'r' });
      return null;
    } catch (error) {
      return error;
    }
  };
  expect(codeOf(agencyWith({}))).toBeNull();
  expect(codeOf(agencyWith({ status: 'suspended', statusReason: reason }))).toMatchObject({
    code: 'agency_suspended',
    params: { reason },
  });
  expect(codeOf(agencyWith({ status: 'retired' }))).toMatchObject({ code: 'agency_retired' });
  expect(codeOf(sharing(0))).toMatchObject({ code: 'agency_not_open_to_you' });
});
