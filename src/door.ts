/**
 * The ways into the gateway: GraphQL, the five dialects, and the operator's command line. A security event remembers
 * its own.
 */
export type Door = 'graphql' | 'anlife' | 'account' | 'plus' | 'member' | 'open' | 'cli';
