/** Every type of event, as webhooks ask for them. */
export const EVENT_TYPES = [
  'user.registered',
  'user.updated',
  'user.phone_changed',
  'user.email_changed',
  'user.disabled',
  'user.enabled',
  'user.deleted',
  'user.erased',
  'verification.reviewed',
  'follow.created',
  'follow.deleted',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** True for a type, and for a beginning of some with a `*` behind it. */
export const namesTypes = (wanted: string): boolean =>
  EVENT_TYPES.some((type) => (wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted));
