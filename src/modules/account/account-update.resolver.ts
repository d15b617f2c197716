import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { SignedInContext } from '../../context.js';
import { SignedIn } from '../../schema/access.js';
import { User } from '../user/user.entity.js';
import { UpdateAccountInput } from './account-update.input.js';
import type { AccountUpdateService } from './account-update.service.js';

@Resolver()
export class AccountUpdateResolver {
  constructor(private readonly accountUpdateService: AccountUpdateService) {}

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Changes display name, sex, phone and e-mail address in one step: all or nothing. Errors: INVALID_INPUT with the field, NAME_BANNED, PHONE_INVALID, PHONE_TAKEN, EMAIL_INVALID, EMAIL_TAKEN, LAST_LOGIN_METHOD, CODE_INVALID.',
  })
  updateAccount(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => UpdateAccountInput, { description: 'The changes.' })
    input: UpdateAccountInput,
  ): Promise<User> {
    return this.accountUpdateService.update(ctx, input);
  }
}
