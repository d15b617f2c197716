import { Field, InputType, Int } from 'type-graphql';

@InputType({ description: 'A file that is going to be sent.' })
export class CreateUploadInput {
  @Field(() => String, { description: 'The name the client gives it; 1 to 255 characters. It is not kept.' })
  filename!: string;

  @Field(() => Int, { description: 'Its exact size in bytes.' })
  size!: number;

  @Field(() => String, {
    description: 'Its media type: image/jpeg, image/png, image/webp or image/gif, which it must really be.',
  })
  mime!: string;

  @Field(() => String, { description: 'MD5 of its bytes, 32 hexadecimal digits.' })
  md5!: string;
}
