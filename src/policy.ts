import type { RequestContext, Viewer } from './context.js';
import { AppError } from './errors/app-error.js';

/**
 * The rules for who may do what. Queries, mutations and fields name the rule that holds for them (schema/access.ts), and
 * the binder asks here before they run. Rules that depend on data besides are in the services.
 */

/** Acts beyond the holder's own affairs. */
export const ABILITIES = {
  disableUser: '[user] Disabled User',
  recommendUser: '[user] Recommend User',
  reviewVerification: '[user] Review Verification',
  reviewReport: '[user] Review Report',
  readPrivate: '[user] Read Private',
  recordIncome: '[currency] Record Income',
  everything: '*',
} as const;

export type Ability = (typeof ABILITIES)[keyof typeof ABILITIES];

/** A rule for who may call a query or mutation, or see a field. */
export type Access =
  /** Everybody; the note tells people what else decides. */
  | { rule: 'public'; note?: string }
  | { rule: 'signedIn' }
  | { rule: 'ability'; ability: Ability }
  /** Servers inside `INTERNAL_NETWORKS`. */
  | { rule: 'internal' }
  /** The user who owns the object, and holders of `readPrivate` or of one of these abilities. */
  | { rule: 'owner'; abilities: readonly Ability[] }
  /** The user who owns the object, and nobody else whatever they may. */
  | { rule: 'self' };

export const hasAbility = (ctx: RequestContext, ability: Ability): boolean =>
  ctx.viewer !== null &&
  (ctx.viewer.abilities.includes(ability) || ctx.viewer.abilities.includes(ABILITIES.everything));

/** The caller, for services that need one only for some inputs. Throws UNAUTHENTICATED without a session. */
export function requireViewer(ctx: RequestContext): Viewer {
  if (!ctx.viewer) throw new AppError('UNAUTHENTICATED');
  return ctx.viewer;
}

/** True when the caller may see what belongs to this user alone. */
export const maySeePrivate = (
  ctx: RequestContext,
  ownerId: number,
  abilities: readonly Ability[] = [],
): boolean =>
  ctx.viewer !== null &&
  (ctx.viewer.userId === ownerId ||
    hasAbility(ctx, ABILITIES.readPrivate) ||
    abilities.some((ability) => hasAbility(ctx, ability)));

/** True when the caller may see a field of what belongs to this user. */
export const maySeeField = (
  ctx: RequestContext,
  ownerId: number,
  access: Extract<Access, { rule: 'owner' | 'self' }>,
): boolean =>
  access.rule === 'self' ? ctx.viewer?.userId === ownerId : maySeePrivate(ctx, ownerId, access.abilities);

/** Throws UNAUTHENTICATED or FORBIDDEN unless the rule lets the caller in. */
export function assertAccess(ctx: RequestContext, access: Exclude<Access, { rule: 'owner' | 'self' }>): void {
  if (access.rule === 'signedIn' || access.rule === 'ability') requireViewer(ctx);
  const forbidden =
    (access.rule === 'ability' && !hasAbility(ctx, access.ability)) ||
    (access.rule === 'internal' && !ctx.client.internal);
  if (forbidden) throw new AppError('FORBIDDEN');
}
