import { type SecurityEvent, SecurityEventKind } from './security-event.entity.js';

/** Acts of administrators, operators and reviewers: their source is not the owner's business. */
const BY_STAFF: ReadonlySet<SecurityEventKind> = new Set([
  SecurityEventKind.IMPORTED,
  SecurityEventKind.DISABLED,
  SecurityEventKind.ENABLED,
  SecurityEventKind.VERIFICATION_PASSED,
  SecurityEventKind.VERIFICATION_REFUSED,
]);

/** The address that the owner is shown. */
export const shownIpOf = ({ kind, ip }: SecurityEvent): string | null => (BY_STAFF.has(kind) ? null : ip);
