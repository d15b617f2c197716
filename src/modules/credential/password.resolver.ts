import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { OwnerOnly, Public, SignedIn } from '../../schema/access.js';
import { withContact } from '../code/contact.input.js';
import { User } from '../user/user.entity.js';
import { ChangePasswordInput, RetrievePasswordInput } from './password.input.js';
import { hasPasswordLoader } from './password.loader.js';
import type { PasswordService } from './password.service.js';

@Resolver()
export class PasswordResolver {
  constructor(private readonly passwordService: PasswordService) {}

  @SignedIn()
  @Mutation(() => Boolean, {
    description:
      'Changes the password and ends all other sessions. Errors: CREDENTIALS_INVALID, PASSWORD_UNCHANGED, PASSWORD_WEAK.',
  })
  changePassword(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => ChangePasswordInput, { description: 'The old password and the new one.' })
    input: ChangePasswordInput,
  ): Promise<boolean> {
    return this.passwordService.change(ctx, input);
  }

  @Public()
  @Mutation(() => Boolean, {
    description:
      'Replaces a forgotten password and ends all sessions. Errors: USER_NOT_FOUND, PASSWORD_WEAK, CODE_INVALID.',
  })
  retrievePassword(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => RetrievePasswordInput, {
      description: 'The account, a code sent to it, and the new password.',
    })
    input: RetrievePasswordInput,
  ): Promise<boolean> {
    return this.passwordService.retrieve(ctx, withContact(input));
  }
}

@Resolver(() => User)
export class UserPasswordResolver {
  @OwnerOnly()
  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'True when the account has a password; one that came by a third party or a code may have none. Only for the owner.',
  })
  hasPassword(@Ctx() ctx: RequestContext, @Root() user: User): Promise<boolean> {
    return hasPasswordLoader(ctx).load(user.id);
  }
}
