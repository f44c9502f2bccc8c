import { createServer } from 'node:net';

/** Where each program of a demo listens. */
export interface DemoPorts {
  server: number;
  powerAgency: number;
  bank: number;
  postgres: number;
  /** The pages while they are worked on (`npm run dev`). */
  pages: number;
}

const FOLLOWERS = ['powerAgency', 'bank', 'postgres'] as const;
const WATCHING_FOLLOWERS = [...FOLLOWERS, 'pages'] as const;

/**
 * The server's port as asked for (0 is any free one), and those after it for the others, who take any free one where
 * theirs is taken. Throws a clear message when the server's is taken.
 */
export async function chooseDemoPorts(
  wanted: number,
  host: string,
  isWatching: boolean,
  note: (line: string) => void,
): Promise<DemoPorts> {
  const server = wanted === 0 ? await freePort() : wanted;
  if (!(await isFree(server, host)) || !(await isFree(server, '::1'))) {
    const other = server + 10 <= 65_535 ? server + 10 : server - 10;
    throw new Error(
      `Port ${server} is taken by another program. Free it, or choose another: PORT=${other} npm start`,
    );
  }
  const ports: DemoPorts = { server, powerAgency: 0, bank: 0, postgres: 0, pages: 0 };
  for (const [index, name] of (isWatching ? WATCHING_FOLLOWERS : FOLLOWERS).entries()) {
    const next = server + 1 + index;
    const hasNext = next <= 65_535 && (await isFree(next, '127.0.0.1'));
    ports[name] = hasNext ? next : await freePort();
    if (!hasNext) note(`Port ${next} is taken: using ${ports[name]} for the ${name} instead.`);
  }
  return ports;
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    // A machine without IPv6 has nobody listening there either.
    probe.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'),
    );
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** A port free at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
