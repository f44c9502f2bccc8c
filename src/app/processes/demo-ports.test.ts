import { createServer, type Server } from 'node:net';
import getPort, { clearLockedPorts } from 'get-port';
import { chooseDemoPorts } from './demo-ports.ts';

describe('chooseDemoPorts', () => {
  const listening: Server[] = [];
  /** A port that nobody has, and that get-port does not keep for us. */
  const anyPort = async () => {
    const port = await getPort();
    clearLockedPorts();
    return port;
  };
  /** Sees to it that a port is taken: by us, or by the program that has it already. */
  const occupy = (port: number) =>
    new Promise<void>((resolve) => {
      const server = createServer().once('error', () => resolve());
      server.listen(port, '127.0.0.1', () => {
        listening.push(server);
        resolve();
      });
    });
  afterEach(() => {
    for (const server of listening.splice(0)) server.close();
  });

  it('gives the server the port asked for, and tells of each follower who could not have the next one', async () => {
    const wanted = await anyPort();
    const notes: string[] = [];
    const ports = await chooseDemoPorts(wanted, false, (line) => notes.push(line));
    expect(ports.server).toBe(wanted);
    const next = [wanted + 1, wanted + 2, wanted + 3];
    const moved = [ports.powerAgency, ports.bank, ports.postgres].filter((port, i) => port !== next[i]);
    expect(notes).toHaveLength(moved.length);
  });

  it('says clearly that the port is taken, and names one that is not', async () => {
    const taken = await anyPort();
    await occupy(taken);
    await expect(chooseDemoPorts(taken, false, () => {})).rejects.toThrow(
      new RegExp(`^Port ${taken} is taken.*PORT=(?!${taken})\\d+ npm start`),
    );
  });

  it('gives a follower another port when its own is taken', async () => {
    const wanted = await anyPort();
    await occupy(wanted + 1);
    const notes: string[] = [];
    const ports = await chooseDemoPorts(wanted, false, (line) => notes.push(line));
    expect(ports.powerAgency).not.toBe(wanted + 1);
    expect(notes.join()).toContain(`Port ${wanted + 1} is taken`);
  });

  it('takes any free ports for 0', async () => {
    const { server, powerAgency, bank, postgres } = await chooseDemoPorts(0, false, () => {});
    expect(new Set([server, powerAgency, bank, postgres]).size).toBe(4);
  });
});
