import { type FileUpload, GraphQLUpload } from 'graphql-upload-ts';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { Public, SignedIn } from '../../schema/access.js';
import { Image } from '../user/image.entity.js';
import { CreateUploadInput } from './upload.input.js';
import type { UploadService } from './upload.service.js';
import { streamOf } from './upload.stream.js';
import { UploadTicket } from './upload.type.js';

@Resolver()
export class UploadResolver {
  constructor(private readonly uploadService: UploadService) {}

  @SignedIn()
  @Mutation(() => UploadTicket, {
    description:
      'Announces a picture, to be sent with `storeUpload` within 15 minutes, also by somebody else. Errors: INVALID_INPUT with the field, IMAGE_INVALID (not one of the types), IMAGE_TOO_LARGE, RATE_LIMITED (too many stored today).',
  })
  createUpload(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => CreateUploadInput, { description: 'The picture.' }) input: CreateUploadInput,
  ): Promise<UploadTicket> {
    return this.uploadService.createTicket(ctx, input);
  }

  @Public('holders of the ticket')
  @Mutation(() => Image, {
    description:
      'Stores a picture that was announced, without its metadata, as the one who announced it. Needs no session. Errors: FORBIDDEN (not a ticket, or expired), UPLOAD_USED, UNAUTHENTICATED (the account is disabled or gone), RATE_LIMITED (too many today), INVALID_INPUT (field `file`: not the announced bytes), IMAGE_TOO_LARGE (more bytes than announced, or too many pixels), IMAGE_INVALID (not the announced type).',
  })
  storeUpload(
    @Ctx() ctx: RequestContext,
    @Arg('token', () => String, { description: 'The `token` of the ticket.' }) token: string,
    @Arg('file', () => GraphQLUpload, { description: 'Exactly the bytes that were announced.' })
    file: Promise<FileUpload>,
  ): Promise<Image> {
    return this.uploadService.redeem(ctx, token, streamOf(file));
  }
}
