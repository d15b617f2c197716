import type { FastifyRequest } from 'fastify';
import type { CallOutcome, RowKey } from '../door.js';
import type { AppError } from '../errors/app-error.js';
import { isShadow } from '../http/shadow.js';
import type { Row } from './dialect.js';

/** Counts the calls of one row. */
export interface Tally {
  /** `userId`: the account of the session, if there was one. */
  count(outcome: CallOutcome, userAgent: string | undefined, userId: number | undefined): void;
}

/** Finds the tally of a row, whose endpoint is {@link endpointOf}. */
export type TallyOf = (key: RowKey) => Tally;

/** The name of a row that no other row has. */
export const endpointOf = (prefix: string, { methods, path }: Row): string =>
  `${methods[0] ?? ''} ${prefix}${path}`;

/** The outcome of a call that was answered with this error. */
export const outcomeOf = ({ kind }: AppError): CallOutcome =>
  kind === 'unavailable' || kind === 'internal' || kind === 'provider' ? 'failed' : 'refused';

/** Counts a call of a client. Whoever logs in calls as the account they get. */
export function countCall(tally: Tally, outcome: CallOutcome, request: FastifyRequest): void {
  if (isShadow()) return;
  tally.count(outcome, request.headers['user-agent'], (request.context?.viewer ?? request.viewer)?.userId);
}
