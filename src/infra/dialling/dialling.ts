import { lookup as dnsLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isBlockedAddress } from './addresses.ts';

/**
 * The checks at dial time, for every way out. A name is resolved by `lookupAllowed` and nowhere else, so it cannot point
 * elsewhere a moment later; what is no dotted address (decimal, octal, hexadecimal forms of one) is resolved like a name.
 */

const BLOCKED_ADDRESS = 'ERR_BLOCKED_ADDRESS';

/** Whether a host is an address that must not be dialled; a name is none. */
export function isBlockedLiteral(host: string): boolean {
  return isIP(host) !== 0 && isBlockedAddress(host);
}

/** A name with one private address is refused whole: it is misconfigured or hostile. */
export const lookupAllowed: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const first = addresses?.[0];
    if (error) callback(error, '');
    else if (!first || addresses.some(({ address }) => isBlockedAddress(address))) {
      callback(blockedAddressError(), '');
    } else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

export function blockedAddressError(): NodeJS.ErrnoException {
  return Object.assign(new Error('the address is not a public one'), { code: BLOCKED_ADDRESS });
}

/** Why a connection did not come about. */
export function causeOfDialFailure(error: unknown): 'refused' | 'dns' | 'blockedAddress' {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === BLOCKED_ADDRESS) return 'blockedAddress';
  return syscall === 'getaddrinfo' ? 'dns' : 'refused';
}
