import { Field, ID, InputType } from 'type-graphql';

@InputType({
  description: 'The answer to a captcha, or the id of one already answered with `verify`.',
})
export class CaptchaInput {
  @Field(() => ID, { description: 'The `id` of `createCaptcha`.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The characters the picture shows, in either case.' })
  answer?: string | null;
}
