import { z } from 'zod';
import type { HttpClient } from '../contract/index.ts';
import type { DemoPowerAgency } from '../http/demo.routes.ts';
import type { DemoSettings } from './config.ts';

const TIMEOUT_MS = 5_000;
const about = z.object({ 'zh-CN': z.string(), en: z.string() });
const customersSchema = z.object({ items: z.array(z.object({ consNo: z.string(), about })) });

/** The control side of the sandbox power company, as far as a demo offers it to everybody. */
export function demoPowerAgency(
  http: HttpClient,
  { url, controlToken }: DemoSettings['powerAgency'],
): DemoPowerAgency {
  const send = async (method: 'GET' | 'POST', command: string, body?: object) => {
    const result = await http.send({
      method,
      url: `${url}/control/${command}`,
      headers: { 'x-control-token': controlToken, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      timeoutMs: TIMEOUT_MS,
    });
    if (result.kind !== 'response')
      throw new Error(`the sandbox power company does not answer: ${result.cause}`);
    return result;
  };
  return {
    async customers() {
      const { body } = await send('GET', 'customers');
      const { items } = customersSchema.parse(JSON.parse(Buffer.from(body).toString()));
      return items.map(({ consNo, about }) => ({
        agencyId: 'guangzhou-power',
        inputs: { accountNumber: consNo },
        about,
      }));
    },
    async issueBill(accountNumber) {
      const { status } = await send('POST', 'bills', { consNo: accountNumber });
      if (status !== 201 && status !== 404) throw new Error(`the sandbox power company answers ${status}`);
      return status === 201;
    },
  };
}
