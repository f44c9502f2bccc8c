import type { Server } from 'node:http';

/** What the agency is started with; README.md says what each is. */
export interface AgencySettings {
  port: number;
  data: string;
  books: string;
  keyId: string;
  privateKey: string;
  civicpayKeys: Readonly<Record<string, string>>;
}

export function startAgency(settings: AgencySettings): Promise<Server>;
