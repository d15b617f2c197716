import type { RequestContext, Viewer } from './context.js';
import { AppError } from './errors/app-error.js';

/**
 * Who may do what. Queries, mutations and fields say which rule holds for them (schema/access.ts), and the binder asks
 * here before they run. What depends on data besides (one's own verification, a city of one's own) is in the services.
 */

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

/** A rule for who may call something, or is shown something. */
export type Access =
  /** Whoever calls. What else decides, for people to read. */
  | { rule: 'public'; note?: string }
  | { rule: 'signedIn' }
  | { rule: 'ability'; ability: Ability }
  /** Servers inside `INTERNAL_NETWORKS`. */
  | { rule: 'internal' }
  /** The user whom a thing belongs to, and holders of `readPrivate` or one of these abilities. */
  | { rule: 'owner'; abilities: readonly Ability[] };

export const hasAbility = (ctx: RequestContext, ability: Ability): boolean =>
  ctx.viewer !== null &&
  (ctx.viewer.abilities.includes(ability) || ctx.viewer.abilities.includes(ABILITIES.everything));

/** The caller, where it depends on data whether there has to be one. Throws UNAUTHENTICATED without a session. */
export function requireViewer(ctx: RequestContext): Viewer {
  if (!ctx.viewer) throw new AppError('UNAUTHENTICATED');
  return ctx.viewer;
}

/** Whether the caller may see what belongs to this user alone. */
export const maySeePrivate = (
  ctx: RequestContext,
  ownerId: number,
  abilities: readonly Ability[] = [],
): boolean =>
  ctx.viewer !== null &&
  (ctx.viewer.userId === ownerId ||
    hasAbility(ctx, ABILITIES.readPrivate) ||
    abilities.some((ability) => hasAbility(ctx, ability)));

/** Throws UNAUTHENTICATED or FORBIDDEN for whoever may not call what this rule holds for. */
export function assertAccess(ctx: RequestContext, access: Exclude<Access, { rule: 'owner' }>): void {
  if (access.rule === 'signedIn' || access.rule === 'ability') requireViewer(ctx);
  const forbidden =
    (access.rule === 'ability' && !hasAbility(ctx, access.ability)) ||
    (access.rule === 'internal' && !ctx.client.internal);
  if (forbidden) throw new AppError('FORBIDDEN');
}
