/** The systems before this one, each with a dialect of its own, in the order of their documents. */
export const LEGACY_SYSTEMS = ['anlife', 'account', 'plus', 'member', 'open'] as const;
export type LegacySystem = (typeof LEGACY_SYSTEMS)[number];

/**
 * The ways into the gateway: GraphQL, the five dialects, and the operator's command line. A security event remembers
 * its own.
 */
export type Door = 'graphql' | LegacySystem | 'cli';
