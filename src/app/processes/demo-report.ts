import type { DemoFiles } from './demo-files.ts';

interface DemoSignIns {
  residents: { phone: string; note: string }[];
  staff: { email: string; password: string; role: string }[];
}

interface Addresses {
  url: string;
  bankUrl: string;
  powerAgencyUrl: string;
  files: DemoFiles;
}

/** Says where everything is, who one can be, and what to try. */
export async function printWelcome({ url, bankUrl, powerAgencyUrl, files }: Addresses): Promise<void> {
  const answer = await fetch(`${url}/v1/demo/sign-ins`);
  const { residents, staff } = (await answer.json()) as DemoSignIns;
  const lines = [
    '',
    `  civicpay is ready:   ${url}`,
    '',
    '  Sign in as a resident (the code arrives at the demo inbox)',
    ...residents.map(({ phone, note }) => `    ${phone}   ${note}`),
    `    inbox: ${url}/inbox`,
    '',
    `  Sign in as staff: ${url}/staff/sign-in`,
    ...staff.map(({ email, password, role }) => `    ${email}   ${password}   ${role}`),
    `    one-time codes: ${url}/v1/demo/sign-ins`,
    '',
    '  Try',
    '    1. Sign in with a phone above, and read the code in the inbox.',
    '    2. Open a bill, confirm, and pay at the sandbox bank.',
    '    3. Watch it being posted, then open the receipt and verify it.',
    '    4. npx civicpay smoke      the same journey, by program',
    '    5. npx civicpay doctor     what is configured, reachable and healthy',
    '',
    `  API            ${url}/docs`,
    `  Health         ${url}/readyz`,
    `  Power agency   ${powerAgencyUrl}`,
    `  Bank           ${bankUrl}`,
    `  Data, logs     ${files.dir}`,
    '',
    '  Ctrl-C stops everything; the data stay. npm start -- --reset starts afresh.',
    '',
  ];
  console.log(lines.join('\n'));
}
