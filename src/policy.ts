import type { RequestContext, Viewer } from './context.js';
import { AppError } from './errors/app-error.js';

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
