import { DomainError } from './errors.ts';

describe('DomainError', () => {
  it('says its kind and code, and none of its parameters', () => {
    const error = new DomainError('conflict', 'bill_changed', {
      params: { account: '0312345678901' },
      fields: [{ pointer: '#/inputs/accountNumber', code: 'pattern', params: { value: '0312345678901' } }],
    });
    expect(error.message).toBe('conflict: bill_changed');
    expect(error.stack).not.toContain('0312345678901');
    expect(error).toBeInstanceOf(Error);
  });

  it('has empty lists unless told', () => {
    expect(new DomainError('gone', 'query_expired')).toMatchObject({
      params: {},
      fields: [],
      retryAfterSeconds: undefined,
    });
  });
});
