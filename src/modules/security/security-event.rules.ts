import { type SecurityEvent, SecurityEventKind } from './security-event.entity.js';

/** What an administrator or a reviewer does to an account: where they work is not its owner's business. */
const BY_STAFF: ReadonlySet<SecurityEventKind> = new Set([
  SecurityEventKind.DISABLED,
  SecurityEventKind.ENABLED,
  SecurityEventKind.VERIFICATION_PASSED,
  SecurityEventKind.VERIFICATION_REFUSED,
]);

/** The address that the owner is shown. */
export const shownIpOf = ({ kind, ip }: SecurityEvent): string | null => (BY_STAFF.has(kind) ? null : ip);
