import fc from 'fast-check';
import {
  maskPhone,
  mayCall,
  normaliseEmail,
  normalisePhone,
  SESSION_LIMITS,
  sessionIsLive,
  staffProblem,
} from './accounts.rules.ts';
import { type Caller, KEY_SCOPES, type NewStaff, type Role } from './accounts.types.ts';

const ROLES: readonly Role[] = ['resident', 'agency', 'finance', 'operator'];

function callerWith(kind: Caller['kind'], roles: readonly Role[], agencyId: string | null = null): Caller {
  return { userId: 'u', sessionId: 's', kind, roles, agencyId, displayName: 'd' };
}

/** Every caller there can be: both kinds, every set of roles, with and without an agency. */
const CALLERS: readonly Caller[] = (['resident', 'staff'] as const).flatMap((kind) =>
  Array.from({ length: 2 ** ROLES.length }, (_, bits) => ROLES.filter((_, i) => bits & (1 << i))).flatMap(
    (roles) => [callerWith(kind, roles), callerWith(kind, roles, 'agy_1')],
  ),
);

/** Said once more, the long way round, so that a slip in the table shows. */
const LET_IN: Record<string, (caller: Caller) => boolean> = {
  signedIn: () => true,
  resident: ({ kind, roles }) => kind === 'resident' && roles.includes('resident'),
  staff: ({ kind }) => kind === 'staff',
  agency: ({ kind, roles, agencyId }) => kind === 'staff' && roles.includes('agency') && agencyId !== null,
  finance: ({ kind, roles }) => kind === 'staff' && roles.includes('finance'),
  operator: ({ kind, roles }) => kind === 'staff' && roles.includes('operator'),
  operatorOrAgency: ({ kind, roles, agencyId }) =>
    kind === 'staff' && (roles.includes('operator') || (roles.includes('agency') && agencyId !== null)),
  financeOrOperator: ({ kind, roles }) =>
    kind === 'staff' && (roles.includes('finance') || roles.includes('operator')),
};

describe('mayCall', () => {
  it('lets everybody into what is public', () => {
    for (const caller of [null, ...CALLERS]) expect(mayCall('public', caller)).toBe('yes');
  });

  it.each(Object.keys(LET_IN))('decides %s for every caller there can be', (access) => {
    expect(mayCall(access, null)).toBe('signIn');
    for (const caller of CALLERS) {
      expect([access, caller, mayCall(access, caller)]).toEqual([
        access,
        caller,
        LET_IN[access]?.(caller) ? 'yes' : 'no',
      ]);
    }
  });

  it('keeps agency users to the agency that the path names', () => {
    const user = callerWith('staff', ['agency'], 'agy_1');
    const operator = callerWith('staff', ['operator']);
    for (const access of ['agency', 'operatorOrAgency']) {
      expect(mayCall(access, user, { agencyId: 'agy_1' })).toBe('yes');
      expect(mayCall(access, user, { agencyId: 'agy_2' })).toBe('no');
    }
    expect(mayCall('operatorOrAgency', operator, { agencyId: 'agy_2' })).toBe('yes');
  });

  it('lets an API key in where the route asks for one of its scopes, at its agency, and nowhere else', () => {
    const accesses = ['public', ...Object.keys(LET_IN)];
    fc.assert(
      fc.property(
        fc.constantFrom(...accesses),
        fc.subarray([...KEY_SCOPES]),
        fc.option(fc.constantFrom(...KEY_SCOPES), { nil: undefined }),
        fc.constantFrom('agy_1', 'agy_2', undefined),
        (access, scopes, keyScope, agencyId) => {
          const key: Caller = { ...callerWith('agencyKey', ['agency'], 'agy_1'), scopes };
          const isForAgencies = access === 'agency' || access === 'operatorOrAgency';
          const isIn =
            isForAgencies && keyScope !== undefined && scopes.includes(keyScope) && agencyId !== 'agy_2';
          expect(mayCall(access, key, { agencyId, keyScope })).toBe(
            isIn || access === 'public' ? 'yes' : 'no',
          );
        },
      ),
    );
  });

  it('lets nobody into what it has not heard of', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(null, ...CALLERS), (access, caller) => {
        fc.pre(access !== 'public' && !Object.hasOwn(LET_IN, access));
        expect(mayCall(access, caller)).toBe('no');
      }),
    );
    for (const inherited of ['constructor', 'toString', '__proto__', '']) {
      for (const caller of [null, ...CALLERS]) expect(mayCall(inherited, caller)).toBe('no');
    }
  });
});

const phone = fc
  .tuple(fc.constantFrom(...'3456789'), fc.stringMatching(/^\d{9}$/))
  .map(([second, rest]) => `1${second}${rest}`);

describe('phones', () => {
  it('reads a number however it is written', () => {
    const prefix = fc.constantFrom('', '+86', '+86 ', '0086', '86', '(+86) ');
    fc.assert(
      fc.property(phone, prefix, fc.constantFrom('', ' ', '-'), (digits, before, gap) => {
        const typed = `${before}${digits.slice(0, 3)}${gap}${digits.slice(3, 7)}${gap}${digits.slice(7)}`;
        expect(normalisePhone(typed)).toBe(digits);
      }),
    );
  });

  it('reads nothing else, and what it read it reads again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[+\d -]{0,20}$/)), (typed) => {
        const read = normalisePhone(typed);
        if (read === null) return;
        expect(read).toMatch(/^1[3-9]\d{9}$/);
        expect(normalisePhone(read)).toBe(read);
        expect(typed.replace(/\D/g, '').endsWith(read)).toBe(true);
      }),
    );
    for (const typed of [
      '12012345678',
      '1381234567',
      '138123456789',
      '+1 3812345678',
      '',
      '1３８１２３４５６７８',
    ]) {
      expect(normalisePhone(typed)).toBeNull();
    }
  });

  it('masks the middle', () => {
    expect(maskPhone('13812345678')).toBe('138****5678');
  });
});

describe('sessionIsLive', () => {
  const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
  it('ends at the absolute limit and after being idle, whichever is first', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('staff', 'resident'),
        time,
        time,
        time,
        (kind, lastSeenAtMs, expiresAtMs, nowMs) => {
          const live = sessionIsLive({ kind, lastSeenAtMs, expiresAtMs }, nowMs);
          expect(live).toBe(nowMs < Math.min(expiresAtMs, lastSeenAtMs + SESSION_LIMITS[kind].idleMs));
        },
      ),
    );
  });
});

describe('staffProblem', () => {
  const good: NewStaff = {
    email: 'a@example.cn',
    password: 'twelve chars',
    roles: ['finance'],
    displayName: 'A',
  };
  it('says what is wrong with a new member of staff', () => {
    expect(staffProblem(good)).toBeNull();
    expect(staffProblem({ ...good, roles: ['agency'], agencyId: 'agy_1' })).toBeNull();
    expect(staffProblem({ ...good, email: 'a b@example.cn' })).toBe('email_invalid');
    expect(staffProblem({ ...good, password: 'eleven char' })).toBe('password_too_short');
    expect(staffProblem({ ...good, roles: [] })).toBe('staff_roles_invalid');
    expect(staffProblem({ ...good, roles: ['agency'] })).toBe('staff_roles_invalid');
    expect(staffProblem({ ...good, agencyId: 'agy_1' })).toBe('staff_roles_invalid');
    const both = ['agency', 'operator'] as const;
    expect(staffProblem({ ...good, roles: both, agencyId: 'agy_1' })).toBe('staff_roles_invalid');
    expect(staffProblem({ ...good, roles: ['resident' as never] })).toBe('staff_roles_invalid');
  });
  it('looks e-mail addresses up without regard to case', () => {
    expect(normaliseEmail(' Ops@Example.CN ')).toBe('ops@example.cn');
  });
});
