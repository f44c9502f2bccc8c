import { codeTable } from './code-table.ts';

describe('codeTable', () => {
  const table = codeTable({ E1: 'no', 7: 'later' });

  it('knows its codes', () => {
    expect(table.E1).toBe('no');
    expect(table[7]).toBe('later');
    expect('E1' in table).toBe(true);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'E2'])('does not know %s', (code) => {
    expect(table[code]).toBeUndefined();
    expect(code in table).toBe(false);
  });
});
