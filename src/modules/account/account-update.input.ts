import { Field, InputType } from 'type-graphql';
import { CaptchaInput } from '../captcha/captcha.input.js';
import { Sex } from '../user/user.entity.js';

@InputType({
  description: 'Changes to what a user shows and is reached by: a value sets, a field left out stays.',
})
export class UpdateAccountInput {
  @Field(() => String, {
    nullable: true,
    description: 'The display name, at most 64 characters; null clears it.',
  })
  nickname?: string | null;

  @Field(() => Sex, { nullable: true, description: 'Sex; null is UNSPECIFIED.' })
  sex?: Sex | null;

  @Field(() => String, {
    nullable: true,
    description: 'The phone; another than the present one needs `code`. Null leaves it: see `unbindPhone`.',
  })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The e-mail address; another than the present one is unverified until `bindEmail`. Null removes one that is unverified; a verified one it leaves: see `unbindEmail`.',
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'A code sent to the new phone for BIND.' })
  code?: string | null;

  @Field(() => CaptchaInput, { nullable: true, description: 'A captcha, needed after CAPTCHA_REQUIRED.' })
  captcha?: CaptchaInput | null;
}
