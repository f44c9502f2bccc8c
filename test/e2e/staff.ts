import type { Page } from 'playwright-core';
import { button } from './resident.ts';

interface StaffSignIn {
  email: string;
  password: string;
  totpCode: string;
}

/** Signs in with password and authenticator, as staff of a demo do; ends where they were sent. */
export async function signInStaff(page: Page, baseUrl: string, email: string): Promise<void> {
  const response = await fetch(`${baseUrl}/v1/demo/sign-ins`);
  const { staff } = (await response.json()) as { staff: StaffSignIn[] };
  const person = staff.find((one) => one.email === email);
  if (!person) throw new Error(`nobody signs in as ${email}`);
  await enterSecrets(page, person);
}

export async function enterSecrets(page: Page, { email, password, totpCode }: StaffSignIn): Promise<void> {
  await page.goto('/staff');
  await page.getByLabel('邮箱').fill(email);
  await page.getByLabel('密码').fill(password);
  await button(page, '下一步').click();
  await page.getByLabel('动态验证码').fill(totpCode);
  await button(page, '登录').click();
  await page.waitForURL(/\/staff(\/agency)?$/);
}
