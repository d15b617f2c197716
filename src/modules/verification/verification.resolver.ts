import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { ABILITIES } from '../../policy.js';
import { Needs, OwnerOnly, SignedIn } from '../../schema/access.js';
import { type Connection, connectionOf, toConnection } from '../../schema/connection.js';
import { replacedBy } from '../../schema/deprecated.js';
import { accountIdOf } from '../../schema/ids.js';
import { Paged } from '../../schema/list-bounds.js';
import { After, Before, First, Last } from '../../schema/page-arguments.js';
import { imageLoader } from '../image/image.loader.js';
import { Image } from '../user/image.entity.js';
import { User } from '../user/user.entity.js';
import { userLoader } from '../user/user.loader.js';
import { ReviewDecision, Verification, VerificationState } from './verification.entity.js';
import { VerificationInput } from './verification.input.js';
import { verificationLoader } from './verification.loader.js';
import type { VerificationService } from './verification.service.js';
import { WithdrawVerificationPayload } from './verification.type.js';

const VerificationConnection = connectionOf(Verification, 'Verification', ['verification', 'verifications']);
const PRIVATE = 'Only for the owner, reviewers, and who may read private data.';

/** Reviewers compare it with the pictures. */
const Identifying = () => OwnerOnly(ABILITIES.reviewVerification);

const pictureOf = (ctx: RequestContext, id: string | null) => (id ? imageLoader(ctx).load(id) : null);

/** The input with the field that has taken the place of `desc`. */
const describedBy = ({ desc, ...input }: VerificationInput) => ({
  ...input,
  description: input.description ?? desc,
});

@Resolver(() => Verification)
export class VerificationResolver {
  constructor(private readonly verificationService: VerificationService) {}

  @Paged()
  @Needs(ABILITIES.reviewVerification)
  @Query(() => VerificationConnection, {
    nullable: true,
    description:
      'Verifications to review, those that have waited longest first. Needs the ability `[user] Review Verification`.',
  })
  async verifications(
    @Ctx() ctx: SignedInContext,
    @Arg('state', () => VerificationState, { nullable: true, description: 'Only those in this state.' })
    state?: VerificationState | null,
    @First() first?: number | null,
    @After() after?: string | null,
    @Last() last?: number | null,
    @Before() before?: string | null,
  ): Promise<Connection<Verification>> {
    return toConnection(
      await this.verificationService.list(ctx, state ?? null, { first, after, last, before }),
    );
  }

  @SignedIn()
  @Mutation(() => Verification, {
    description:
      'Submits a real-name verification of the caller. Errors: INVALID_INPUT or PHONE_INVALID with the field, VERIFICATION_STATE with its `state` when there is one already.',
  })
  submitVerification(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => VerificationInput, { description: 'The verification as submitted.' })
    input: VerificationInput,
  ): Promise<Verification> {
    return this.verificationService.submit(ctx, describedBy(input));
  }

  @SignedIn()
  @Mutation(() => Verification, {
    description:
      'Submits a refused verification of the caller again, with everything but its type anew. Errors: NOT_FOUND, VERIFICATION_STATE with its `state` unless it was refused, INVALID_INPUT or PHONE_INVALID with the field.',
  })
  updateVerification(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => VerificationInput, { description: 'The verification as submitted.' })
    input: VerificationInput,
  ): Promise<Verification> {
    return this.verificationService.update(ctx, describedBy(input));
  }

  @SignedIn()
  @Mutation(() => WithdrawVerificationPayload, {
    description:
      'Withdraws the verification of the caller, in any state, a passed one too. Errors: NOT_FOUND.',
  })
  async withdrawVerification(@Ctx() ctx: SignedInContext): Promise<WithdrawVerificationPayload> {
    return { verification: await this.verificationService.withdraw(ctx) };
  }

  @SignedIn()
  @Mutation(() => Boolean, {
    deprecationReason: replacedBy('withdrawVerification'),
    description: 'Like `withdrawVerification`. Always true. Errors: NOT_FOUND.',
  })
  async deleteVerification(@Ctx() ctx: SignedInContext): Promise<boolean> {
    await this.verificationService.withdraw(ctx);
    return true;
  }

  @Needs(ABILITIES.reviewVerification)
  @Mutation(() => Verification, {
    description:
      "Decides on a verification that waits. Needs the ability `[user] Review Verification`, and is refused for one's own. Errors: FORBIDDEN, USER_NOT_FOUND, NOT_FOUND, VERIFICATION_STATE, INVALID_INPUT.",
  })
  reviewVerification(
    @Ctx() ctx: SignedInContext,
    @Arg('userId', () => ID, { description: 'The owner of the verification.' }) userId: string,
    @Arg('decision', () => ReviewDecision, { description: 'Pass or refuse.' }) decision: ReviewDecision,
    @Arg('description', () => String, {
      nullable: true,
      description:
        "Replaces the owner's `description`, at most 191 characters; everybody can read it. Left out or blank: it stays.",
    })
    description?: string | null,
    @Arg('desc', () => String, {
      nullable: true,
      deprecationReason: replacedBy('description'),
      description: 'The `description`, where that is left out.',
    })
    desc?: string | null,
    @Arg('updatedAt', () => Date, {
      nullable: true,
      description:
        'The `updatedAt` of what the reviewer saw. VERIFICATION_STATE when the owner has replaced it since.',
    })
    updatedAt?: Date | null,
  ): Promise<Verification> {
    return this.verificationService.review(ctx, accountIdOf(userId), {
      decision,
      description: description ?? desc,
      updatedAt,
    });
  }

  @FieldResolver(() => User, { nullable: true, description: 'The account that is verified.' })
  user(@Root() verification: Verification, @Ctx() ctx: RequestContext): Promise<User | null> {
    return userLoader(ctx).load(verification.userId);
  }

  @Identifying()
  @FieldResolver(() => String, {
    nullable: true,
    description: `Name of the person, or of the one who stands for the organisation. ${PRIVATE}`,
  })
  realName(@Root() verification: Verification): string {
    return this.verificationService.realName(verification);
  }

  @Identifying()
  @FieldResolver(() => String, {
    nullable: true,
    description: `The number of that person's card, 18 characters (see that of VerificationInput). ${PRIVATE}`,
  })
  idNumber(@Root() verification: Verification): string {
    return this.verificationService.idNumber(verification);
  }

  @Identifying()
  @FieldResolver(() => String, {
    nullable: true,
    description: `The mobile number given for the verification, eleven digits. ${PRIVATE}`,
  })
  phoneNumber(@Root() verification: Verification): string | null {
    return verification.phoneNumber;
  }

  @Identifying()
  @FieldResolver(() => String, {
    nullable: true,
    description: `Name of the organisation; null for a person. ${PRIVATE}`,
  })
  organisationName(@Root() verification: Verification): string | null {
    return verification.organisationName;
  }

  @Identifying()
  @FieldResolver(() => String, {
    nullable: true,
    description: `Address of the organisation; null for a person. ${PRIVATE}`,
  })
  organisationAddress(@Root() verification: Verification): string | null {
    return verification.organisationAddress;
  }

  @Identifying()
  @FieldResolver(() => Image, {
    nullable: true,
    description: `Front of the identity card; null for an organisation. ${PRIVATE}`,
  })
  frontImage(@Root() verification: Verification, @Ctx() ctx: RequestContext): Promise<Image | null> | null {
    return pictureOf(ctx, verification.frontImageId);
  }

  @Identifying()
  @FieldResolver(() => Image, {
    nullable: true,
    description: `Rear of the identity card; null for an organisation. ${PRIVATE}`,
  })
  rearImage(@Root() verification: Verification, @Ctx() ctx: RequestContext): Promise<Image | null> | null {
    return pictureOf(ctx, verification.rearImageId);
  }

  @Identifying()
  @FieldResolver(() => Image, {
    nullable: true,
    description: `Certificate of the organisation; null for a person. ${PRIVATE}`,
  })
  certificateImage(
    @Root() verification: Verification,
    @Ctx() ctx: RequestContext,
  ): Promise<Image | null> | null {
    return pictureOf(ctx, verification.certificateImageId);
  }
}

@Resolver(() => User)
export class UserVerificationResolver {
  @FieldResolver(() => Verification, {
    nullable: true,
    description:
      'The real-name verification; null without one. Everybody sees its type, state, times, `description` and slogan.',
  })
  verification(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Verification | null> {
    return verificationLoader(ctx).load(user.id);
  }
}
