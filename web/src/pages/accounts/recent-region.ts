const STORAGE_KEY = 'civicpay.region';

export function recentRegion(): string | null {
  return localStorage.getItem(STORAGE_KEY);
}

export function rememberRegion(code: string): void {
  localStorage.setItem(STORAGE_KEY, code);
}
