import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { Public, SignedIn } from '../../schema/access.js';
import { withContact } from '../code/contact.input.js';
import type { SessionService } from '../session/session.service.js';
import { AuthPayload } from './auth.type.js';
import type { AuthResult } from './auth-result.js';
import { LoginInput, RegisterInput } from './login.input.js';
import type { LoginRequest, LoginService } from './login.service.js';
import type { RegistrationService } from './registration.service.js';

const OLDER = ['account', 'phone', 'password', 'code', 'thirdParty'] as const;

/** The request of an input, told by its way or by the older fields. Throws INVALID_INPUT for both, with the older one. */
function requestOf({ with: way, ...input }: LoginInput): LoginRequest {
  if (!way) return input;
  const field = OLDER.find((one) => input[one] !== null && input[one] !== undefined);
  if (field) throw new AppError('INVALID_INPUT', { field });
  if (way.password) return { ...input, ...way.password };
  if (way.thirdParty)
    return { ...input, thirdParty: way.thirdParty.proof, knownOnly: way.thirdParty.knownOnly };
  return { ...input, ...(way.code && withContact(way.code)) };
}

@Resolver()
export class LoginResolver {
  constructor(
    private readonly registrationService: RegistrationService,
    private readonly loginService: LoginService,
    private readonly sessionService: SessionService,
  ) {}

  @Public()
  @Mutation(() => AuthPayload, {
    description:
      'Creates an account with a code sent for REGISTER, and logs it in. Errors: PHONE_TAKEN, EMAIL_TAKEN, NAME_TAKEN, NAME_INVALID, NAME_LENGTH, NAME_BANNED, PASSWORD_WEAK, CODE_INVALID.',
  })
  register(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => RegisterInput, { description: 'The new account, and a code for it.' })
    input: RegisterInput,
  ): Promise<AuthResult> {
    return this.registrationService.register(ctx, withContact(input));
  }

  @Public()
  @Mutation(() => AuthPayload, {
    description:
      'Opens a session. Errors: CREDENTIALS_INVALID, CODE_INVALID, CAPTCHA_REQUIRED (solve one and try again), ACCOUNT_LOCKED (for `retryAfter` seconds), ACCOUNT_DISABLED, THIRD_PARTY_REJECTED, THIRD_PARTY_UNAVAILABLE, THIRD_PARTY_TAKEN; for an account that this creates, NAME_TAKEN, NAME_INVALID, NAME_LENGTH, NAME_BANNED.',
  })
  login(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => LoginInput, { description: 'The account, and the proof of it.' }) input: LoginInput,
  ): Promise<AuthResult> {
    return this.loginService.login(ctx, requestOf(input));
  }

  @Public()
  @Mutation(() => Boolean, {
    description: 'Ends the session in use, or all of them. False when there was none.',
  })
  logout(
    @Ctx() ctx: RequestContext,
    @Arg('everywhere', () => Boolean, {
      defaultValue: false,
      description: 'End every session of the account.',
    })
    everywhere: boolean,
  ): Promise<boolean> {
    return this.sessionService.logout(ctx, everywhere);
  }

  @SignedIn()
  @Mutation(() => AuthPayload, {
    description: 'Replaces the session in use by a new one; the old token ends. Errors: UNAUTHENTICATED.',
  })
  refreshSession(@Ctx() ctx: SignedInContext): Promise<AuthResult> {
    return this.loginService.refresh(ctx);
  }
}
