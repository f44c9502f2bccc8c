import type { Category } from '../api/types.ts';
import { i18n } from '../i18n/i18n.ts';
import { Icon, type IconName } from './icons.tsx';

const CATEGORY_ICONS: Record<Category, IconName> = {
  electricity: 'electricity',
  water: 'water',
  gas: 'gas',
  heating: 'heating',
  'cable-tv': 'tv',
  broadband: 'wifi',
  telephone: 'phone',
  'property-fee': 'building',
  'traffic-fine': 'car',
  'school-fee': 'school',
  'provident-fund': 'savings',
  'social-security': 'shield',
  'health-code': 'health',
};

/** The server may know a kind that a page from before an update does not. */
export function isKnownCategory(category: string): category is Category {
  return Object.hasOwn(CATEGORY_ICONS, category);
}

/** Health codes are a service without bills: nobody looks for them where one pays. */
export function hasBills(category: string): boolean {
  return category !== 'health-code';
}

export function categoryName(category: string): string {
  return i18n.t(isKnownCategory(category) ? `category.${category}` : 'category.other');
}

export function CategoryBadge({ category }: { category: string }) {
  return (
    <span className="badge">
      <Icon name={isKnownCategory(category) ? CATEGORY_ICONS[category] : 'document'} />
    </span>
  );
}
