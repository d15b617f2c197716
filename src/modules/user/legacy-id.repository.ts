import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { LegacyId } from './legacy-id.entity.js';

/** Numbers without a person behind them, which keep a later import from bringing the person back. */
export const keptLegacyIds = rowsStay(LegacyId, 'userId', {
  system: KEPT,
  legacyId: KEPT,
  number: KEPT,
  userId: KEPT,
  createdAt: KEPT,
});
