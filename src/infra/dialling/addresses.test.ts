import fc from 'fast-check';
import { isBlockedAddress } from './addresses.ts';

const octet = fc.integer({ min: 0, max: 255 });
const privateIpv4 = fc.oneof(
  fc.tuple(fc.constant(10), octet, octet, octet),
  fc.tuple(fc.constant(127), octet, octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
);

describe('isBlockedAddress', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '223.5.5.5',
    '2400:3200::1',
    '2606:4700:4700::1111',
  ])('lets %s through', (address) => expect(isBlockedAddress(address)).toBe(false));

  it.each([
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '100.100.100.200',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    'not an address',
    '',
  ])('blocks %j', (address) => expect(isBlockedAddress(address)).toBe(true));

  it('blocks a private IPv4 address, plain or wrapped in IPv6', () => {
    fc.assert(
      fc.property(privateIpv4, (octets) => {
        const hex = octets.map((value) => value.toString(16).padStart(2, '0'));
        const groups = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
        const forms = [
          octets.join('.'),
          `::ffff:${octets.join('.')}`,
          `::ffff:${groups}`,
          `64:ff9b::${groups}`,
        ];
        forms.push(`2002:${groups}::`, `::${groups}`);
        expect(forms.filter((form) => !isBlockedAddress(form))).toEqual([]);
      }),
    );
  });
});
