/** The systems before this one, each with a dialect of its own, in the order of their documents. */
export const LEGACY_SYSTEMS = ['anlife', 'account', 'plus', 'member', 'open'] as const;
export type LegacySystem = (typeof LEGACY_SYSTEMS)[number];

/**
 * The ways into the gateway: GraphQL, the five dialects, and the operator's command line. A security event remembers
 * its own.
 */
export type Door = 'graphql' | LegacySystem | 'cli';

/** One legacy URL, as its calls are counted: two rows of a document may share an id, but never method and URL. */
export interface RowKey {
  door: LegacySystem;
  /** The row's first method and its URL with the names of what varies, such as `GET /api/v2/users/:user`. */
  endpoint: string;
}

/** What became of a call. `passed`: the old system answered. `failed`: nobody could, whoever had called. */
export type CallOutcome = 'ok' | 'refused' | 'failed' | 'passed';
