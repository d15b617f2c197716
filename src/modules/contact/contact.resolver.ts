import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { SignedInContext } from '../../context.js';
import { SignedIn } from '../../schema/access.js';
import { User } from '../user/user.entity.js';
import { BindEmailInput, BindPhoneInput, UnbindInput } from './contact.input.js';
import type { ContactService } from './contact.service.js';

@Resolver()
export class ContactResolver {
  constructor(private readonly contactService: ContactService) {}

  @SignedIn()
  @Mutation(() => User, {
    description: 'Sets or replaces the phone. Errors: PHONE_TAKEN, CREDENTIALS_INVALID, CODE_INVALID.',
  })
  bindPhone(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => BindPhoneInput, { description: 'The phone, and a code sent to it.' })
    input: BindPhoneInput,
  ): Promise<User> {
    return this.contactService.bindPhone(ctx, input.phone, input);
  }

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Sets or replaces the e-mail address. Errors: EMAIL_TAKEN, CREDENTIALS_INVALID, CODE_INVALID.',
  })
  bindEmail(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => BindEmailInput, { description: 'The address, and a code sent to it.' })
    input: BindEmailInput,
  ): Promise<User> {
    return this.contactService.bindEmail(ctx, input.email, input);
  }

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Removes the phone. Errors: NOT_FOUND without one, CREDENTIALS_INVALID, CODE_INVALID, LAST_LOGIN_METHOD.',
  })
  unbindPhone(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => UnbindInput, { description: 'The password, and a code.' }) input: UnbindInput,
  ): Promise<User> {
    return this.contactService.unbindPhone(ctx, input);
  }

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Removes the e-mail address. Errors: NOT_FOUND without one, CREDENTIALS_INVALID, CODE_INVALID, LAST_LOGIN_METHOD.',
  })
  unbindEmail(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => UnbindInput, { description: 'The password, and a code.' }) input: UnbindInput,
  ): Promise<User> {
    return this.contactService.unbindEmail(ctx, input);
  }
}
