import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Renamed } from '../../schema/deprecated.js';

@ObjectType({
  description:
    'The permission to send one file, once, without a session: `storeUpload` takes it with the file.',
})
export class UploadTicket {
  @Field(() => String, {
    description: 'The permission itself, to be kept secret like a session token; fit for a URL.',
  })
  token!: string;

  @Field(() => ID, { description: 'The `id` that the image will have.' })
  imageId!: string;

  @Renamed(
    () => String,
    { name: 'reference', was: 'node' },
    { description: 'The `reference` that the image will have: `public:` and its path.' },
  )
  node!: string;

  @Field(() => String, { description: 'The media type that the file must be.' })
  mime!: string;

  @Field(() => Int, { description: 'The size that the file must have, in bytes.' })
  size!: number;

  @Field(() => String, { description: 'The MD5 that the file must have, in lower-case hexadecimal.' })
  md5!: string;

  @Field(() => Date, { description: 'When the ticket ends, 15 minutes after it was made.' })
  expiresAt!: Date;

  @Field(() => String, {
    description:
      'The address clients reach the gateway at, without a slash at its end; dialects that take the bytes in a plain request continue it.',
  })
  publicUrl!: string;
}
