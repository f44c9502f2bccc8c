import type { Manifest } from '../contract/index.ts';

/** One way to an agency: over which connection, what that calls the agency, and what a payment over it costs. */
export interface Route {
  connectionId: string;
  agencyCode: string | undefined;
  /** Parts per million of the amount. */
  costPpm: number;
}

type Routed = Pick<Manifest, 'connection' | 'agencyCode' | 'costPpm' | 'otherRoutes'>;

/** Every way to an agency, the manifest's own connection first. */
export function routesOf({ connection, agencyCode, costPpm, otherRoutes }: Routed): Route[] {
  const others = otherRoutes.map((route) => ({
    connectionId: route.connection,
    agencyCode: route.agencyCode,
    costPpm: route.costPpm,
  }));
  return [{ connectionId: connection, agencyCode, costPpm }, ...others];
}

/**
 * The way that a new query takes, and the payment made of it with it: of those that work the cheapest, of equally cheap ones the first.
 * Where none works, as if all did. What is under way keeps the way that it took: see `routeOver`.
 */
export function chooseRoute(manifest: Routed, isHealthy: (connectionId: string) => boolean): Route {
  const routes = routesOf(manifest);
  const healthy = routes.filter(({ connectionId }) => isHealthy(connectionId));
  return (healthy.length > 0 ? healthy : routes).reduce((best, route) =>
    route.costPpm < best.costPpm ? route : best,
  );
}

/** The way over the connection that a payment is bound to; null when the manifest no longer has it. */
export function routeOver(manifest: Routed, connectionId: string): Route | null {
  return routesOf(manifest).find((route) => route.connectionId === connectionId) ?? null;
}
