import type { EntityManager } from '@mikro-orm/postgresql';
import type { DeviceType } from './device-type.js';
import type { Door } from './door.js';
import type { Locale } from './errors/app-error.js';
import type { Loaders } from './loaders.js';

/** The caller, once the token was found good. */
export interface Viewer {
  readonly userId: number;
  readonly sessionId: number;
  /** The session that a log-in opened and that became this one by renewals; mostly this one. */
  readonly originId: number;
  readonly abilities: readonly string[];
}

/** The source of a call. */
export interface Client {
  readonly door: Door;
  /** True when clients of this door can be shown a captcha; the others are never asked for one. */
  readonly canShowCaptcha: boolean;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly deviceType: DeviceType;
  readonly locale: Locale;
  /** True for an IP address in `INTERNAL_NETWORKS`. */
  readonly internal: boolean;
}

/** The context of calls without a request: the command line and jobs have no more. */
export type DatabaseContext = Pick<RequestContext, 'em'>;

/** The context of one request; services take it first. */
export interface RequestContext {
  readonly requestId: string;
  readonly client: Client;
  /** Null until somebody is known to call; opening a session makes its holder the caller. */
  viewer: Viewer | null;
  /** Ambient: within `em.transactional(…)` it is in that transaction, whoever asks it. */
  readonly em: EntityManager;
  readonly loaders: Loaders;
  /** The root field of the operation, `several`, or null before it was read: for the log and the metrics. */
  operation?: string | null;
}

/** The context of a request with a session. */
export interface SignedInContext extends RequestContext {
  viewer: Viewer;
}
