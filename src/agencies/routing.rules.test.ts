import fc from 'fast-check';
import { chooseRoute, routeOver, routesOf } from './routing.rules.ts';

const manifest = fc
  .record({
    costsPpm: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 5 }),
    hasCodes: fc.boolean(),
  })
  .map(({ costsPpm: [costPpm = 0, ...others], hasCodes }) => ({
    connection: 'way-0',
    agencyCode: hasCodes ? 'code 0' : undefined,
    costPpm,
    otherRoutes: others.map((cost, index) => ({
      connection: `way-${index + 1}`,
      agencyCode: hasCodes ? `code ${index + 1}` : undefined,
      costPpm: cost,
    })),
  }));
/** Which ways work at a moment. */
const health = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });
const worksBy = (works: readonly boolean[]) => (connectionId: string) =>
  works[Number(connectionId.at(-1))] === true;

describe('the way to an agency', () => {
  it('is one that works, else any; then the cheapest; then the first', () => {
    fc.assert(
      fc.property(manifest, health, (routed, works) => {
        const isHealthy = worksBy(works);
        const routes = routesOf(routed);
        const chosen = chooseRoute(routed, isHealthy);
        expect(routes).toContainEqual(chosen);
        const rank = (route: (typeof routes)[number], index: number) =>
          [isHealthy(route.connectionId) ? 0 : 1, route.costPpm, index].join(' ');
        const best = routes.map((route, index) => ({ route, rank: rank(route, index) }));
        best.sort((a, b) => (a.rank < b.rank ? -1 : 1));
        expect(chosen).toEqual(best[0]?.route);
      }),
    );
  });

  it('is kept by a payment however health flaps: no payment is ever sent both ways', () => {
    const step = fc.record({
      works: health,
      action: fc.constantFrom('query', 'pay', 'ask'),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(manifest, fc.array(step, { maxLength: 60 }), (routed, steps) => {
        const bound: string[] = [];
        const sentOver = new Map<number, Set<string>>();
        for (const { works, action, which } of steps) {
          if (action === 'query') bound.push(chooseRoute(routed, worksBy(works)).connectionId);
          else if (bound.length > 0) {
            const payment = which % bound.length;
            const route = routeOver(routed, bound[payment] ?? '');
            if (!route) throw new Error('the way of a payment is gone');
            sentOver.set(payment, (sentOver.get(payment) ?? new Set()).add(route.connectionId));
          }
        }
        for (const [payment, connections] of sentOver) {
          expect([...connections]).toEqual([bound[payment]]);
        }
      }),
    );
  });

  it('is found again by its connection, with what that calls the agency', () => {
    const routed = {
      connection: 'bank',
      agencyCode: 'B1',
      costPpm: 900,
      otherRoutes: [{ connection: 'vendor', agencyCode: 'V1', costPpm: 100 }],
    };
    expect(routeOver(routed, 'vendor')).toEqual({ connectionId: 'vendor', agencyCode: 'V1', costPpm: 100 });
    expect(routeOver(routed, 'bank')).toEqual({ connectionId: 'bank', agencyCode: 'B1', costPpm: 900 });
    expect(routeOver(routed, 'gone')).toBeNull();
  });
});
