import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { SignedInContext } from '../../context.js';
import { SignedIn } from '../../schema/access.js';
import { parseId } from '../../schema/ids.js';
import { User } from '../user/user.entity.js';
import { UpdateProfileInput } from './profile.input.js';
import type { ProfileService } from './profile.service.js';

@Resolver()
export class ProfileResolver {
  constructor(private readonly profileService: ProfileService) {}

  @SignedIn()
  @Mutation(() => User, {
    description:
      "Changes the caller's profile. Errors: INVALID_INPUT with the field, NAME_INVALID, NAME_LENGTH, NAME_TAKEN, NAME_BANNED.",
  })
  updateProfile(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => UpdateProfileInput, { description: 'The changes.' }) input: UpdateProfileInput,
  ): Promise<User> {
    const { communityId, hobbyIds, ...changes } = input;
    return this.profileService.update(ctx, {
      ...changes,
      communityId: typeof communityId === 'string' ? parseId(communityId, 'communityId') : communityId,
      hobbyIds: hobbyIds ? hobbyIds.map((id) => parseId(id, 'hobbyIds')) : hobbyIds,
    });
  }
}
