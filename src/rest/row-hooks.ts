import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RowKey } from '../door.js';
import type { Dialect, Row } from './dialect.js';

/** What is done around the answers of one row. */
export interface RowHooks {
  onRequest(request: FastifyRequest, reply: FastifyReply, done: () => void): void;
  onSend(
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
    done: (error: null, payload: unknown) => void,
  ): void;
}

/** The hooks of a row; none where there is nothing to do. `isRead`: its operation changes nothing. */
export type HooksOf = (dialect: Dialect, row: Row, key: RowKey, isRead: boolean) => Partial<RowHooks>;
