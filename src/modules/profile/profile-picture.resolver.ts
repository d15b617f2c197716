import { type FileUpload, GraphQLUpload } from 'graphql-upload-ts';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { SignedInContext } from '../../context.js';
import { SignedIn } from '../../schema/access.js';
import { FILE_DESCRIPTION, streamOf } from '../image/upload.stream.js';
import { User } from '../user/user.entity.js';
import type { ProfileService } from './profile.service.js';

@Resolver()
export class ProfilePictureResolver {
  constructor(private readonly profileService: ProfileService) {}

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Stores a picture and smaller copies of it, and makes it the avatar. Errors: IMAGE_INVALID, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL, RATE_LIMITED (too many today).',
  })
  updateAvatar(
    @Ctx() ctx: SignedInContext,
    @Arg('file', () => GraphQLUpload, { description: FILE_DESCRIPTION }) file: Promise<FileUpload>,
  ): Promise<User> {
    return this.profileService.updateAvatar(ctx, streamOf(file));
  }

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Stores a picture and makes it the background. Errors: IMAGE_INVALID, IMAGE_TOO_LARGE, RATE_LIMITED (too many today).',
  })
  updateBackground(
    @Ctx() ctx: SignedInContext,
    @Arg('file', () => GraphQLUpload, { description: FILE_DESCRIPTION }) file: Promise<FileUpload>,
  ): Promise<User> {
    return this.profileService.updateBackground(ctx, streamOf(file));
  }
}
