import type { EntityManager } from '@mikro-orm/postgresql';
import { AppError, type Locale } from './errors/app-error.js';
import type { Loaders } from './loaders.js';

/** What a holder may do beyond their own affairs. */
export const ABILITIES = {
  disableUser: '[user] Disabled User',
  recommendUser: '[user] Recommend User',
  reviewVerification: '[user] Review Verification',
  readPrivate: '[user] Read Private',
  recordIncome: '[currency] Record Income',
  everything: '*',
} as const;

export type Ability = (typeof ABILITIES)[keyof typeof ABILITIES];

/** Who is calling, once the token was found good. */
export interface Viewer {
  readonly userId: number;
  readonly sessionId: number;
  /** The session that a log-in opened and that became this one by renewals; mostly this one. */
  readonly originId: number;
  readonly abilities: readonly string[];
}

/** The kind of device a session is opened on, numbered as anlife's `device_type` is. */
export enum DeviceType {
  UNKNOWN = 0,
  IOS = 1,
  ANDROID = 2,
}

/** The ways into the gateway; what a security event remembers. */
export type DoorName = 'graphql' | 'anlife' | 'account' | 'plus' | 'member' | 'open' | 'cli';

/** Where a call comes from. */
export interface Client {
  readonly door: DoorName;
  /** Whether this door's clients can be shown a captcha; the others are never asked for one. */
  readonly canShowCaptcha: boolean;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly deviceType: DeviceType;
  readonly locale: Locale;
  /** Whether the address lies in `INTERNAL_NETWORKS`. */
  readonly internal: boolean;
}

/** What one request carries; services take it first. */
export interface RequestContext {
  readonly requestId: string;
  readonly client: Client;
  /** Null until somebody is known to call; opening a session makes its holder the caller. */
  viewer: Viewer | null;
  readonly em: EntityManager;
  readonly loaders: Loaders;
}

/** The caller. Throws UNAUTHENTICATED without a session. */
export function requireViewer(ctx: RequestContext): Viewer {
  if (!ctx.viewer) throw new AppError('UNAUTHENTICATED');
  return ctx.viewer;
}

export const hasAbility = (ctx: RequestContext, ability: Ability): boolean =>
  ctx.viewer !== null &&
  (ctx.viewer.abilities.includes(ability) || ctx.viewer.abilities.includes(ABILITIES.everything));

/** The caller, if they hold the ability. Throws UNAUTHENTICATED or FORBIDDEN. */
export function requireAbility(ctx: RequestContext, ability: Ability): Viewer {
  const viewer = requireViewer(ctx);
  if (!hasAbility(ctx, ability)) throw new AppError('FORBIDDEN');
  return viewer;
}

/** Whether the caller may see what belongs to this user alone. */
export const maySeePrivate = (ctx: RequestContext, userId: number): boolean =>
  ctx.viewer?.userId === userId || hasAbility(ctx, ABILITIES.readPrivate);
