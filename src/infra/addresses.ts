import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { rangeMatcher } from './ip.js';

/** The refusal of an address that must not be asked. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
  readonly code = 'ADDRESS_FORBIDDEN';

  constructor() {
    super('ADDRESS_FORBIDDEN');
  }
}

/** True for public addresses, and those in some ranges besides. */
export function publicAddresses(networks: readonly string[]): (ip: string) => boolean {
  const isAllowed = rangeMatcher(networks);
  return (ip) => ipaddr.process(ip).range() === 'unicast' || isAllowed(ip);
}

/**
 * Which addresses URLs from outside may lead to, so that none makes this machine ask its own network. A name is looked up
 * once for each connection, and what was checked is what is connected to: a second answer of the name server cannot differ.
 */
export class AddressGuard {
  constructor(private readonly isAllowed: (ip: string) => boolean) {}

  /** The host of a URL as connections want it, without brackets. Throws a {@link ForbiddenAddressError}. */
  hostOf({ hostname }: URL): string {
    const host = hostname.replace(/^\[|\]$/g, '');
    // An address is not looked up.
    if (isIP(host) !== 0) this.assertAllowed(host);
    return host;
  }

  /** In the place of the lookup of connections; fails with a {@link ForbiddenAddressError}. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      try {
        for (const { address } of addresses) this.assertAllowed(address);
      } catch (refused) {
        return callback(refused instanceof Error ? refused : new Error('refused'), []);
      }
      const [first] = addresses;
      if (options.all || !first) return callback(null, addresses satisfies LookupAddress[]);
      return callback(null, first.address, first.family);
    });
  };

  private assertAllowed(address: string): void {
    if (!this.isAllowed(address)) throw new ForbiddenAddressError();
  }
}
