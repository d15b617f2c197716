import { ProviderError } from './failure.js';
import type { ThirdPartyCredential } from './port.js';

/** The longest token that a provider issues is 512 characters; anything far above is not worth a request. */
const MAX_CREDENTIAL_LENGTH = 2048;

/** Returns a part of a credential; throws a ProviderError for a missing or overlong one. */
export function required(credential: ThirdPartyCredential, field: 'code' | 'accessToken' | 'openId'): string {
  const value = credential[field]?.trim();
  if (!value || value.length > MAX_CREDENTIAL_LENGTH) throw new ProviderError('incomplete', { field });
  return value;
}

/**
 * Returns the person whom the client says that it speaks of, if it says so; the provider tells it anyway. Throws as
 * {@link required} for an empty or overlong one.
 */
export const claimedPerson = (credential: ThirdPartyCredential): string | undefined =>
  credential.openId === undefined || credential.openId === null ? undefined : required(credential, 'openId');
