import { filled } from './texts-days.ts';

it('puts values into places, and the word that goes with a number', () => {
  const text = 'Revision {{revision}}, {{rows}} {{rows:row|rows}} {{other}}';
  expect(filled(text, { revision: 2, rows: 1 })).toBe('Revision 2, 1 row {{other}}');
  expect(filled(text, { revision: 1, rows: 0, other: '' })).toBe('Revision 1, 0 rows ');
});
