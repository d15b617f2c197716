import {
  Arg,
  Ctx,
  Field,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  registerEnumType,
} from 'type-graphql';
import type { RequestContext } from '../../context.js';
import type { Services } from '../../services.js';
import { SendCodeInputType, VerifyInputType } from './account.input.js';
import { type LoginStatus, NameAvailability, PhoneAvailability } from './availability.service.js';

registerEnumType(PhoneAvailability, {
  name: 'PhoneAvailability',
  description: 'Whether an account can be registered with a phone.',
  valuesConfig: {
    AVAILABLE: { description: 'Nobody has it.' },
    TAKEN: { description: 'An account has it.' },
    INVALID: { description: 'Not a mainland China mobile number.' },
  },
});
registerEnumType(NameAvailability, {
  name: 'NameAvailability',
  description: 'Whether a name can be taken.',
  valuesConfig: {
    AVAILABLE: { description: 'Nobody has it.' },
    TAKEN: { description: 'An account has it.' },
    BANNED: { description: 'It holds a word that is not allowed.' },
    INVALID: { description: 'Too short, too long, or with characters a name cannot have.' },
  },
});

@ObjectType({ description: 'A code was sent.' })
class SendCodePayload {
  @Field(() => Int, { description: 'Seconds until another one can be sent there.' })
  resendAfter!: number;

  @Field(() => Date, { description: 'Until when the code is good.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'A picture of letters and digits for a person to read.' })
class Captcha {
  @Field(() => ID, { description: 'Names it in `CaptchaInput`.' })
  id!: string;

  @Field(() => String, { description: 'The picture as a data URL (PNG).' })
  image!: string;

  @Field(() => Date, { description: 'Until when it can be answered.' })
  expiresAt!: Date;
}

@ObjectType('LoginStatus', {
  description: 'How log-ins to an account from this address stand.',
})
class LoginStatusType implements LoginStatus {
  @Field(() => Int, { description: 'Failed tries in the last 15 minutes.' })
  failures!: number;

  @Field(() => Boolean, { description: 'Whether the next try needs a captcha.' })
  captchaRequired!: boolean;

  @Field(() => Date, { nullable: true, description: 'Until when no try is accepted; null when tries are.' })
  lockedUntil!: Date | null;
}

@Resolver()
export class CodeResolver {
  constructor(private readonly services: Services) {}

  @Mutation(() => SendCodePayload, {
    description:
      'Sends a six-digit code by SMS or mail. Errors: PHONE_TAKEN, EMAIL_TAKEN, USER_NOT_FOUND, CODE_TOO_SOON, CODE_LIMIT, RATE_LIMITED.',
  })
  sendCode(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => SendCodeInputType, { description: 'Where to, and what for.' })
    input: SendCodeInputType,
  ): Promise<SendCodePayload> {
    return this.services.codeRequests.send(ctx, input);
  }

  @Mutation(() => Boolean, {
    description:
      'Whether a code or a captcha answer is right. It is not used up, but a wrong one counts as a try.',
  })
  verify(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => VerifyInputType, { description: 'What to check.' }) input: VerifyInputType,
  ): Promise<boolean> {
    return this.services.codeRequests.verify(ctx, input);
  }

  @Mutation(() => Captcha, { description: 'Draws a captcha. It can be answered once, for five minutes.' })
  async createCaptcha(): Promise<Captcha> {
    const { id, image, expiresAt } = await this.services.captchas.create();
    return { id, image: `data:image/png;base64,${image.toString('base64')}`, expiresAt };
  }

  @Query(() => PhoneAvailability, { description: 'Whether an account can be registered with a phone.' })
  phoneAvailability(
    @Ctx() ctx: RequestContext,
    @Arg('phone', () => String, { description: 'The phone.' }) phone: string,
  ): Promise<PhoneAvailability> {
    return this.services.availability.phone(ctx, phone);
  }

  @Query(() => NameAvailability, { description: 'Whether a login name can be taken.' })
  nameAvailability(
    @Ctx() ctx: RequestContext,
    @Arg('name', () => String, { description: 'The name.' }) name: string,
  ): Promise<NameAvailability> {
    return this.services.availability.name(ctx, name);
  }

  @Query(() => LoginStatusType, {
    description:
      'How log-ins to an account from this address stand; the same for known and unknown accounts.',
  })
  loginStatus(
    @Ctx() ctx: RequestContext,
    @Arg('account', () => String, { description: 'Phone, e-mail address or name.' }) account: string,
  ): Promise<LoginStatus> {
    return this.services.availability.loginStatus(ctx, account);
  }
}
