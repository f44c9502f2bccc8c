import { useSyncExternalStore } from 'react';

/** "Large text", remembered on this device. */
const STORAGE_KEY = 'civicpay.text';
const listeners = new Set<() => void>();

function isLarge(): boolean {
  return document.documentElement.dataset.text === 'large';
}

export function restoreTextSize(): void {
  if (localStorage.getItem(STORAGE_KEY) === 'large') document.documentElement.dataset.text = 'large';
}

export function setLargeText(large: boolean): void {
  if (large) document.documentElement.dataset.text = 'large';
  else delete document.documentElement.dataset.text;
  localStorage.setItem(STORAGE_KEY, large ? 'large' : 'normal');
  for (const listener of listeners) listener();
}

export function useLargeText(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, isLarge);
}
