import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { AccountId } from '../../schema/account-ids.js';
import type { OpenAccountService, OpenAccountView } from './open-account.service.js';
import type { RequestParameter } from './signed-request.js';

@InputType('RequestParameter', { description: 'One decoded parameter of a signed request.' })
class RequestParameterInput implements RequestParameter {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its value, which may be empty.' })
  value!: string;
}

@ObjectType({ description: 'The part of an account that signed apps see.' })
class OpenAccount implements OpenAccountView {
  @AccountId()
  @Field(() => ID, { description: 'The id of the account.' })
  id!: number;

  @Field(() => String, { description: 'The login name.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The phone, eleven digits.' })
  phone!: string | null;

  @Field(() => String, { nullable: true, description: 'The verified e-mail address.' })
  email!: string | null;
}

const PARAMETERS =
  'Every parameter of the request, `app_id`, `timestamp` (Unix seconds, at most 600 off) and `sign` among them. Nothing that is not signed is read.';

@Resolver()
export class OpenAccountResolver {
  constructor(private readonly openAccountService: OpenAccountService) {}

  @Public('an app, by its signature')
  @Mutation(() => OpenAccount, {
    description:
      'Creates an account for a signed app, from the parameters `name`, `phone`, `email` (at least one) and `password`. A generated password goes to the new user. The same request again answers the same account. Errors: INVALID_INPUT, PHONE_INVALID, EMAIL_INVALID, NAME_INVALID, NAME_LENGTH, NAME_BANNED, PASSWORD_WEAK, SIGNATURE_INVALID, APP_IP_FORBIDDEN, PHONE_TAKEN, EMAIL_TAKEN.',
  })
  registerByApp(
    @Ctx() ctx: RequestContext,
    @Arg('parameters', () => [RequestParameterInput], { description: PARAMETERS })
    parameters: RequestParameterInput[],
  ): Promise<OpenAccountView> {
    return this.openAccountService.register(ctx, parameters);
  }

  @Public('an app, by its signature')
  @Query(() => OpenAccount, {
    nullable: true,
    description:
      'An account, for a signed app, from the parameters `account` and `type` (email, phone or id; told by its form when left out). Errors: INVALID_INPUT, PHONE_INVALID, EMAIL_INVALID, SIGNATURE_INVALID, APP_IP_FORBIDDEN, USER_NOT_FOUND.',
  })
  accountByApp(
    @Ctx() ctx: RequestContext,
    @Arg('parameters', () => [RequestParameterInput], { description: PARAMETERS })
    parameters: RequestParameterInput[],
  ): Promise<OpenAccountView> {
    return this.openAccountService.find(ctx, parameters);
  }
}
