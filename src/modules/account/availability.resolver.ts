import { Arg, Ctx, Field, Int, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import type { AvailabilityService } from './availability.service.js';
import { type LoginStatus, NameAvailability, PhoneAvailability } from './availability.service.js';

registerEnumType(PhoneAvailability, {
  name: 'PhoneAvailability',
  description: 'The availability of a phone for a new account.',
  valuesConfig: {
    AVAILABLE: { description: 'Nobody has it.' },
    TAKEN: { description: 'An account has it.' },
    INVALID: { description: 'Not a mainland China mobile number.' },
  },
});
registerEnumType(NameAvailability, {
  name: 'NameAvailability',
  description: 'The availability of a name.',
  valuesConfig: {
    AVAILABLE: { description: 'Nobody has it.' },
    TAKEN: { description: 'An account has it.' },
    BANNED: { description: 'It holds a word that is not allowed.' },
    INVALID: { description: 'Too short, too long, or with characters a name cannot have.' },
  },
});

@ObjectType('LoginStatus', {
  description: 'The state of log-ins to an account from this IP address.',
})
class LoginStatusType implements LoginStatus {
  @Field(() => Int, { description: 'Failed tries in the last 15 minutes.' })
  failures!: number;

  @Field(() => Boolean, { description: 'True when the next try needs a captcha.' })
  captchaRequired!: boolean;

  @Field(() => Date, { nullable: true, description: 'Until when no try is accepted; null when tries are.' })
  lockedUntil!: Date | null;
}

@Resolver()
export class AvailabilityResolver {
  constructor(private readonly availabilityService: AvailabilityService) {}

  @Public()
  @Query(() => PhoneAvailability, { description: 'The availability of a phone for a new account.' })
  phoneAvailability(
    @Ctx() ctx: RequestContext,
    @Arg('phone', () => String, { description: 'The phone.' }) phone: string,
  ): Promise<PhoneAvailability> {
    return this.availabilityService.phone(ctx, phone);
  }

  @Public()
  @Query(() => NameAvailability, { description: 'The availability of a login name.' })
  nameAvailability(
    @Ctx() ctx: RequestContext,
    @Arg('name', () => String, { description: 'The name.' }) name: string,
  ): Promise<NameAvailability> {
    return this.availabilityService.name(ctx, name);
  }

  @Public()
  @Query(() => LoginStatusType, {
    description:
      'The state of log-ins to an account from this IP address; the same for known and unknown accounts.',
  })
  loginStatus(
    @Ctx() ctx: RequestContext,
    @Arg('account', () => String, { description: 'Phone, e-mail address or name.' }) account: string,
  ): Promise<LoginStatus> {
    return this.availabilityService.loginStatus(ctx, account);
  }
}
