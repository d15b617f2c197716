import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { Page, PageInput } from '../../paging.js';
import type { ImageService } from '../image/image.service.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import { normaliseText } from '../user/text.js';
import { lockActiveUser, lockLiveUser } from '../user/user.repository.js';
import {
  ReviewDecision,
  VERIFICATION_TEXT_MAX,
  type Verification,
  VerificationState,
  type VerificationType,
} from './verification.entity.js';
import { pageOfVerifications } from './verification.page.js';
import {
  deleteVerification,
  findVerification,
  insertVerification,
  updateVerification,
} from './verification.repository.js';
import {
  normaliseTexts,
  type PictureField,
  requiredPictures,
  type VerificationFields,
} from './verification.rules.js';
import type { VerificationSecrets } from './verification.secrets.js';

/** A reviewer's decision. */
export interface Review {
  decision: ReviewDecision;
  /** Replaces the owner's words unless it is blank. */
  description?: string | null;
  /** The version that the reviewer saw: its owner may have replaced it meanwhile. */
  updatedAt?: Date | null;
}

/**
 * Real-name verification. An account has at most one: submitted, reviewed, changed after a refusal,
 * withdrawn in any state. All of it happens under the lock of the account, one after the other.
 */
export class VerificationService {
  constructor(
    private readonly secrets: VerificationSecrets,
    private readonly images: ImageService,
    private readonly events: SecurityEventService,
  ) {}

  /** Throws INVALID_INPUT, PHONE_INVALID, or VERIFICATION_STATE when the caller has submitted one already. */
  async submit(
    ctx: SignedInContext,
    { type, ...fields }: VerificationFields & { type?: VerificationType | null },
  ): Promise<Verification> {
    const { userId } = ctx.viewer;
    if (!type) throw new AppError('INVALID_INPUT', { field: 'type' });
    const columns = await this.columnsOf(ctx, type, fields);
    return this.change(ctx, userId, async () => {
      await lockActiveUser(ctx.em, userId);
      const current = await findVerification(ctx.em, userId);
      if (current) throw inState(current);
      await insertVerification(ctx.em, { ...columns, userId, type });
      return SecurityEventKind.VERIFICATION_SUBMITTED;
    });
  }

  /**
   * Replaces all but the type of a refused one, which then waits again. Throws NOT_FOUND, VERIFICATION_STATE unless
   * it was refused, INVALID_INPUT or PHONE_INVALID.
   */
  async update(ctx: SignedInContext, fields: VerificationFields): Promise<Verification> {
    const { userId } = ctx.viewer;
    return this.change(ctx, userId, async () => {
      await lockActiveUser(ctx.em, userId);
      const { type } = await existing(ctx, userId, VerificationState.REFUSED);
      const columns = await this.columnsOf(ctx, type, fields);
      await updateVerification(ctx.em, userId, { ...columns, state: VerificationState.PENDING });
      return SecurityEventKind.VERIFICATION_SUBMITTED;
    });
  }

  /** Withdraws the caller's, in any state; returns what it was. Throws NOT_FOUND when there is none. */
  async withdraw(ctx: SignedInContext): Promise<Verification> {
    const { userId } = ctx.viewer;
    return ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      const withdrawn = await findVerification(ctx.em, userId);
      if (!withdrawn || !(await deleteVerification(ctx.em, userId))) throw new AppError('NOT_FOUND');
      await this.events.record(ctx, userId, SecurityEventKind.VERIFICATION_WITHDRAWN);
      return withdrawn;
    });
  }

  /**
   * Decides on one that waits. Throws FORBIDDEN for one's own, USER_NOT_FOUND,
   * NOT_FOUND, and VERIFICATION_STATE when it does not wait or is not any more what the reviewer saw.
   */
  async review(
    ctx: SignedInContext,
    userId: number,
    { decision, description: given, updatedAt }: Review,
  ): Promise<Verification> {
    if (ctx.viewer.userId === userId) throw new AppError('FORBIDDEN', { field: 'userId' });
    const description = normaliseText(given ?? null, 'description', VERIFICATION_TEXT_MAX);
    const passed = decision === ReviewDecision.PASS;
    return this.change(ctx, userId, async () => {
      if (!(await lockLiveUser(ctx.em, userId))) throw new AppError('USER_NOT_FOUND', { field: 'userId' });
      const current = await existing(ctx, userId, VerificationState.PENDING);
      if (updatedAt && updatedAt.getTime() !== current.updatedAt.getTime()) {
        throw new AppError('VERIFICATION_STATE', { field: 'updatedAt' });
      }
      const state = passed ? VerificationState.PASSED : VerificationState.REFUSED;
      await updateVerification(ctx.em, userId, { state, ...(description !== null && { description }) });
      return passed ? SecurityEventKind.VERIFICATION_PASSED : SecurityEventKind.VERIFICATION_REFUSED;
    });
  }

  /** Verifications of one state, or of all; the longest waiting first. */
  list(ctx: RequestContext, state: VerificationState | null, page: PageInput): Promise<Page<Verification>> {
    return pageOfVerifications(ctx, state, page);
  }

  realName(verification: Verification): string {
    return this.secrets.realName(verification);
  }

  idNumber(verification: Verification): string {
    return this.secrets.idNumber(verification);
  }

  private async columnsOf(ctx: SignedInContext, type: VerificationType, fields: VerificationFields) {
    const { realName, idNumber, ...texts } = normaliseTexts(type, fields);
    const pictures: Record<PictureField, string | null> = {
      frontImageId: null,
      rearImageId: null,
      certificateImageId: null,
    };
    for (const [field, reference] of requiredPictures(type, fields)) {
      pictures[field] = await this.images.resolveOwn(ctx, reference, field);
    }
    return { ...texts, ...pictures, ...this.secrets.seal(ctx.viewer.userId, { realName, idNumber }) };
  }

  /** Makes one change, records what it says has happened, and reads what it made, all in one transaction. */
  private async change(
    ctx: RequestContext,
    userId: number,
    work: () => Promise<SecurityEventKind>,
  ): Promise<Verification> {
    const changed = await ctx.em.transactional(async () => {
      await this.events.record(ctx, userId, await work());
      return findVerification(ctx.em, userId);
    });
    if (!changed) throw new AppError('NOT_FOUND');
    return changed;
  }
}

/** The refusal of what the state of a verification does not allow, which says the state. */
const inState = ({ state }: Verification): AppError =>
  new AppError('VERIFICATION_STATE', { state: VerificationState[state] });

/** The user's, in the one state that allows what follows. Throws NOT_FOUND or VERIFICATION_STATE. */
async function existing(
  ctx: RequestContext,
  userId: number,
  state: VerificationState,
): Promise<Verification> {
  const verification = await findVerification(ctx.em, userId);
  if (!verification) throw new AppError('NOT_FOUND');
  if (verification.state !== state) throw inState(verification);
  return verification;
}
