import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { parseId } from '../../schema/ids.js';
import type { Services } from '../../services.js';
import { User } from '../user/user.entity.js';
import {
  BindEmailInputType,
  BindPhoneInputType,
  ChangePasswordInputType,
  LoginInputType,
  ProviderEnum,
  RegisterInputType,
  RetrievePasswordInputType,
  UnbindInputType,
} from './account.input.js';
import type { AuthResult } from './account.types.js';
import { UpdateAccountInputType } from './account-update.input.js';

@ObjectType({ description: 'A session just opened.' })
class AuthPayload implements AuthResult {
  @Field(() => User, { description: 'The account.' })
  user!: User;

  @Field(() => String, { description: 'Send it as `Authorization: Bearer …`. It is shown this once.' })
  token!: string;

  @Field(() => Date, { description: 'When the session expires.' })
  expiresAt!: Date;

  @Field(() => Boolean, { description: 'Whether the account was created by this very call.' })
  isNewUser!: boolean;

  @Field(() => ProviderEnum, {
    nullable: true,
    description: 'The third party that vouched for this log-in; null when none did.',
  })
  provider?: AuthResult['provider'];
}

@Resolver()
export class AccountResolver {
  constructor(private readonly services: Services) {}

  @Mutation(() => AuthPayload, {
    description:
      'Creates an account with a code sent for REGISTER, and logs it in. Errors: PHONE_TAKEN, EMAIL_TAKEN, NAME_TAKEN, NAME_INVALID, NAME_LENGTH, NAME_BANNED, PASSWORD_WEAK, CODE_INVALID.',
  })
  register(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => RegisterInputType, { description: 'The new account, and a code for it.' })
    input: RegisterInputType,
  ): Promise<AuthResult> {
    return this.services.registration.register(ctx, input);
  }

  @Mutation(() => AuthPayload, {
    description:
      'Opens a session. Errors: CREDENTIALS_INVALID, CODE_INVALID, CAPTCHA_REQUIRED (solve one and try again), ACCOUNT_LOCKED (for `retryAfter` seconds), ACCOUNT_DISABLED, THIRD_PARTY_REJECTED, THIRD_PARTY_UNAVAILABLE.',
  })
  login(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => LoginInputType, { description: 'Who logs in, and how.' }) input: LoginInputType,
  ): Promise<AuthResult> {
    return this.services.login.login(ctx, input);
  }

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
    return this.services.sessions.logout(ctx, everywhere);
  }

  @Mutation(() => AuthPayload, {
    description:
      'Puts a new session in the place of the one in use, whose token ends. Errors: UNAUTHENTICATED.',
  })
  refreshSession(@Ctx() ctx: RequestContext): Promise<AuthResult> {
    return this.services.login.refresh(ctx);
  }

  @Mutation(() => User, {
    description: 'Sets or replaces the phone. Errors: PHONE_TAKEN, CREDENTIALS_INVALID, CODE_INVALID.',
  })
  bindPhone(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => BindPhoneInputType, { description: 'The phone, and a code sent to it.' })
    input: BindPhoneInputType,
  ): Promise<User> {
    return this.services.contacts.bindPhone(ctx, input.phone, input);
  }

  @Mutation(() => User, {
    description:
      'Sets or replaces the e-mail address. Errors: EMAIL_TAKEN, CREDENTIALS_INVALID, CODE_INVALID.',
  })
  bindEmail(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => BindEmailInputType, { description: 'The address, and a code sent to it.' })
    input: BindEmailInputType,
  ): Promise<User> {
    return this.services.contacts.bindEmail(ctx, input.email, input);
  }

  @Mutation(() => User, {
    description:
      'Removes the phone. Errors: NOT_FOUND without one, CREDENTIALS_INVALID, CODE_INVALID, LAST_LOGIN_METHOD.',
  })
  unbindPhone(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => UnbindInputType, { description: 'The password, and a code.' }) input: UnbindInputType,
  ): Promise<User> {
    return this.services.contacts.unbindPhone(ctx, input);
  }

  @Mutation(() => User, {
    description:
      'Removes the e-mail address. Errors: NOT_FOUND without one, CREDENTIALS_INVALID, CODE_INVALID, LAST_LOGIN_METHOD.',
  })
  unbindEmail(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => UnbindInputType, { description: 'The password, and a code.' }) input: UnbindInputType,
  ): Promise<User> {
    return this.services.contacts.unbindEmail(ctx, input);
  }

  @Mutation(() => User, {
    description:
      'Changes display name, sex, phone and e-mail address in one step: all or nothing. Errors: INVALID_INPUT with the field, NAME_BANNED, PHONE_INVALID, PHONE_TAKEN, EMAIL_INVALID, EMAIL_TAKEN, LAST_LOGIN_METHOD, CODE_INVALID.',
  })
  updateAccount(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => UpdateAccountInputType, { description: 'The changes.' })
    input: UpdateAccountInputType,
  ): Promise<User> {
    return this.services.accountUpdates.update(ctx, input);
  }

  @Mutation(() => Boolean, {
    description:
      'Changes the password and ends all other sessions. Errors: CREDENTIALS_INVALID, PASSWORD_UNCHANGED, PASSWORD_WEAK.',
  })
  changePassword(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => ChangePasswordInputType, { description: 'The old password and the new one.' })
    input: ChangePasswordInputType,
  ): Promise<boolean> {
    return this.services.passwords.change(ctx, input);
  }

  @Mutation(() => Boolean, {
    description:
      'Replaces a forgotten password and ends all sessions. Errors: USER_NOT_FOUND, PASSWORD_WEAK, CODE_INVALID.',
  })
  retrievePassword(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => RetrievePasswordInputType, {
      description: 'The account, a code sent to it, and the new password.',
    })
    input: RetrievePasswordInputType,
  ): Promise<boolean> {
    return this.services.passwords.retrieve(ctx, input);
  }

  @Mutation(() => Boolean, {
    description:
      "Cancels the caller's account: every session ends, phone, e-mail address and name are free again, and the personal data is erased after a grace period. Always true.",
  })
  deleteAccount(@Ctx() ctx: RequestContext): Promise<boolean> {
    return this.services.administration.cancel(ctx);
  }

  @Mutation(() => User, {
    description: 'Disables an account and ends its sessions. Needs the ability `[user] Disabled User`.',
  })
  disableUser(
    @Ctx() ctx: RequestContext,
    @Arg('id', () => ID, { description: 'The account.' }) id: string,
  ): Promise<User> {
    return this.services.administration.disable(ctx, parseId(id));
  }

  @Mutation(() => User, {
    description: 'Makes a disabled account usable again. Needs the ability `[user] Disabled User`.',
  })
  enableUser(
    @Ctx() ctx: RequestContext,
    @Arg('id', () => ID, { description: 'The account.' }) id: string,
  ): Promise<User> {
    return this.services.administration.enable(ctx, parseId(id));
  }

  @Mutation(() => User, {
    description:
      'Puts a user at the head of the recommended ones. Needs the ability `[user] Recommend User`.',
  })
  recommendUser(
    @Ctx() ctx: RequestContext,
    @Arg('id', () => ID, { description: 'The account.' }) id: string,
  ): Promise<User> {
    return this.services.administration.recommend(ctx, parseId(id));
  }
}
