import { BlockList, isIP } from 'node:net';

/**
 * Addresses that no agency or bank on the public internet has: what the IANA special-purpose registries
 * (RFC 6890 and its updates) call not globally reachable, and the forms that wrap an IPv4 address in an IPv6
 * one. `BlockList` itself unwraps the mapped form (`::ffff:10.0.0.1`).
 */
const IPV4_BLOCKED = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT; cloud metadata at 100.100.100.200
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local; cloud metadata at 169.254.169.254
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relay
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
] as const;

/** The only IPv6 space in use for global unicast: everything outside it is refused, NAT64 and mapped forms too. */
const IPV6_GLOBAL = '2000::/3';
const IPV6_BLOCKED_WITHIN_GLOBAL = [
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: wraps any IPv4 address
  '3fff::/20', // documentation
] as const;

const blocked = listOf([...IPV4_BLOCKED, ...IPV6_BLOCKED_WITHIN_GLOBAL]);
const ipv6Global = listOf([IPV6_GLOBAL]);

/** Whether an IP address in any textual form is one that requests to the outside must never reach. */
export function isBlockedAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return blocked.check(address, 'ipv4');
  if (version === 6) return !ipv6Global.check(address, 'ipv6') || blocked.check(address, 'ipv6');
  return true;
}

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
