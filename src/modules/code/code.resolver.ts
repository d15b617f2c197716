import { Arg, Ctx, Field, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { SendCodeInput, VerifyInput } from './code.input.js';
import type { CodeRequestService } from './code-request.service.js';
import { withContact } from './contact.input.js';

@ObjectType({ description: 'A code was sent.' })
class SendCodePayload {
  @Field(() => Int, { description: 'Seconds until another one can be sent there.' })
  resendAfter!: number;

  @Field(() => Date, { description: 'Until when the code is good.' })
  expiresAt!: Date;
}

@Resolver()
export class CodeResolver {
  constructor(private readonly codeRequestService: CodeRequestService) {}

  @Public()
  @Mutation(() => SendCodePayload, {
    description:
      'Sends a six-digit code by SMS or mail. Errors: PHONE_TAKEN, EMAIL_TAKEN, USER_NOT_FOUND, CODE_TOO_SOON, CODE_LIMIT, RATE_LIMITED.',
  })
  sendCode(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => SendCodeInput, { description: 'The recipient, and the purposes.' })
    input: SendCodeInput,
  ): Promise<SendCodePayload> {
    return this.codeRequestService.send(ctx, withContact(input));
  }

  @Public()
  @Mutation(() => Boolean, {
    description: 'Checks a code or a captcha answer. It is not used up, but a wrong one counts as a try.',
  })
  verify(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => VerifyInput, { description: 'The code or answer to check.' }) input: VerifyInput,
  ): Promise<boolean> {
    return this.codeRequestService.verify(ctx, withContact(input));
  }
}
