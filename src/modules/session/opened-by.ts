import type { Client } from '../../context.js';
import type { Session } from './session.entity.js';

/** The client that opens a session, as the session remembers it. */
export const openedBy = ({
  deviceType,
  ip,
  userAgent,
}: Client): Pick<Session, 'deviceType' | 'ip' | 'userAgent'> => ({
  deviceType,
  ip,
  userAgent: userAgent?.slice(0, 255) ?? null,
});
