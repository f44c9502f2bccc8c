import type { ReactNode } from 'react';

/** Line icons on a 24-unit grid; always beside words, so hidden from screen readers. */
const SHAPES = {
  back: <path d="m14.5 5-7 7 7 7" />,
  close: <path d="M6 6l12 12M18 6 6 18" />,
  home: <path d="M4 11.5 12 5l8 6.5V20h-5.5v-5h-5v5H4z" />,
  history: <path d="M7 3.5h10V20.5l-2.5-1.700L12 20.5l-2.5-1.700L7 20.5zM10 8h4M10 12h4" />,
  settings: <path d="M4 7h9m4 0h3M4 17h3m4 0h9M15 4.5v5M9 14.5v5" />,
  plus: <path d="M12 5v14M5 12h14" />,
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  cross: <path d="M7 7l10 10M17 7 7 17" />,
  alert: <path d="M12 4 2.8 20h18.400zM12 10v4.5M12 17.300v.2" />,
  clock: <path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5V12l3 2" />,
  more: <path d="M5.5 12h.1M12 12h.1M18.5 12h.1" />,
  receipt: <path d="M6 3.5h12v17l-3-2-3 2-3-2-3 2zM9.5 8.5h5M9.5 12.5h5" />,
  electricity: <path d="M13 3 5.5 13.5H11L10 21l8-11h-5.5z" />,
  water: <path d="M12 3.5c3.5 4 6 6.900 6 10a6 6 0 1 1-12 0c0-3.100 2.5-6 6-10Z" />,
  gas: (
    <path d="M12 21a6 6 0 0 0 6-6c0-4-3.5-5.5-4-11-3 2-4.5 5-4 8-1-.5-1.5-1.5-1.700-2.5C6.8 11 6 13 6 15a6 6 0 0 0 6 6Z" />
  ),
  heating: (
    <path d="M6 8v11M10 8v11M14 8v11M18 8v11M4.5 19h15M8 5c1-1 1-1.5 0-2.5M12.5 5c1-1 1-1.5 0-2.5M17 5c1-1 1-1.5 0-2.5" />
  ),
  building: (
    <path d="M5 20.5v-15L13 3v17.5M13 9h6v11.5M3.5 20.5h17M8 8.5h2M8 12h2M8 15.5h2M16 12.5h.1M16 16h.1" />
  ),
  phone: <path d="M7.5 3h9v18h-9zM11 17.800h2" />,
  wifi: (
    <path d="M3.5 9.5c5-4.5 12-4.5 17 0M6.5 13c3.3-2.8 7.700-2.8 11 0M9.5 16.5c1.5-1.2 3.5-1.2 5 0M12 19.800v.1" />
  ),
  tv: <path d="M3.5 6.5h17v11h-17zM8.5 20.5h7M9 3l3 3.5L15 3" />,
  car: <path d="M4 17.5v-5l2-5.5h12l2 5.5v5zM4.5 12.500h15M6.5 17.5v2M17.5 17.5v2M7.5 15h.5M16 15h.5" />,
  school: <path d="M2.5 9.5 12 5l9.5 4.5L12 14zM6.5 11.5V16c3 2.500 8 2.500 11 0v-4.500M21.5 9.5V15" />,
  savings: <path d="M4 11.5 12 4.500l8 7V20H4zM12 9.5v7.500M9.500 11.500l2.5 2 2.5-2M9.5 15h5" />,
  shield: (
    <path d="M12 3.5 19 6v5.500c0 4-2.800 7-7 9-4.200-2-7-5-7-9V6zM8.800 11.800l2.300 2.300 4.200-4.300" />
  ),
  health: (
    <path d="M12 20C7 16 4 13 4 9.500a4.200 4.200 0 0 1 8-1.800 4.200 4.200 0 0 1 8 1.800C20 13 17 16 12 20ZM12 10v5M9.5 12.500h5" />
  ),
  copy: <path d="M8.500 8.500h11v11h-11zM15.500 8.500v-4h-11v11h4" />,
  document: <path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6" />,
} satisfies Record<string, ReactNode>;
export type IconName = keyof typeof SHAPES;

export function Icon({ name, className = 'inline-icon' }: { name: IconName; className?: string }) {
  return (
    <svg
      className={className}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[name]}
    </svg>
  );
}
