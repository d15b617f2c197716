/**
 * The reason why nobody is proven: a part of the credential is missing, the provider is not configured here,
 * it says no (or vouches for another app or person), or it gives no usable answer in time.
 */
export type ProviderFailure = 'incomplete' | 'disabled' | 'rejected' | 'unavailable';

/** The cause, where there is one, names the endpoint and a code, and nothing that is secret. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';

  constructor(
    readonly failure: ProviderFailure,
    options: { cause?: unknown; field?: string } = {},
  ) {
    super(`The provider of identities: ${failure}`, { cause: options.cause });
    this.field = options.field;
  }

  /** The part of the credential that is missing. */
  readonly field: string | undefined;
}
