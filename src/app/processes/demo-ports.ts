import getPort from 'get-port';

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
  isWatching: boolean,
  note: (line: string) => void,
): Promise<DemoPorts> {
  const server = await portOrAnother(wanted);
  if (wanted !== 0 && server !== wanted) {
    throw new Error(
      `Port ${wanted} is taken by another program. Free it, or choose another: PORT=${server} npm start`,
    );
  }
  const ports: DemoPorts = { server, powerAgency: 0, bank: 0, postgres: 0, pages: 0 };
  for (const [index, name] of (isWatching ? WATCHING_FOLLOWERS : FOLLOWERS).entries()) {
    const next = server + 1 + index;
    ports[name] = await portOrAnother(next <= 65_535 ? next : 0);
    if (ports[name] !== next) note(`Port ${next} is taken: using ${ports[name]} for the ${name} instead.`);
  }
  return ports;
}

/** This port where nobody listens at any address of the machine, else another that is free; 0 is any. */
function portOrAnother(port: number): Promise<number> {
  return port === 0 ? getPort() : getPort({ port });
}
