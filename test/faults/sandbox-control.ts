import type { BankBooks } from '../../sandbox/bank/control.ts';
import type { Posting } from '../../sandbox/power-agency/agency.ts';

/** The control side of a sandbox process: faults, customers, and the books to compare with ours. */
export class SandboxControl {
  readonly url: string;
  private readonly token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  /** Arms a fault of an operation; `share` of its calls are struck, drawn from `seed`. */
  async arm(rule: {
    operation: string;
    fault: string;
    share?: number;
    seed?: number;
    delayMs?: number;
    times?: number;
  }): Promise<void> {
    await this.call('POST', 'faults', rule);
  }

  async bankBooks(): Promise<BankBooks> {
    return (await this.call('GET', 'books')) as BankBooks;
  }

  async postings(): Promise<Posting[]> {
    return ((await this.call('GET', 'postings')) as { items: Posting[] }).items;
  }

  /** A new customer of the power company, with one bill; returns the account number. */
  async customerWithBill(fault: string | null): Promise<string> {
    const { consNo } = (await this.call('POST', 'customers', fault ? { fault } : {})) as { consNo: string };
    await this.call('POST', 'bills', { consNo });
    return consNo;
  }

  async call(method: 'GET' | 'POST' | 'DELETE', command: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/control/${command}`, {
      method,
      headers: { 'x-control-token': this.token, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`control ${command} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
}
