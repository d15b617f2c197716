import { Field, ID, Mutation, ObjectType, Resolver } from 'type-graphql';
import { Public } from '../../schema/access.js';
import type { CaptchaService } from './captcha.service.js';

@ObjectType({ description: 'A picture of letters and digits for a person to read.' })
class Captcha {
  @Field(() => ID, { description: 'Names it in `CaptchaInput`.' })
  id!: string;

  @Field(() => String, { description: 'The picture as a data URL (PNG).' })
  image!: string;

  @Field(() => Date, { description: 'Until when it can be answered.' })
  expiresAt!: Date;
}

@Resolver()
export class CaptchaResolver {
  constructor(private readonly captchaService: CaptchaService) {}

  @Public()
  @Mutation(() => Captcha, { description: 'Draws a captcha. It can be answered once, for five minutes.' })
  async createCaptcha(): Promise<Captcha> {
    const { id, image, expiresAt } = await this.captchaService.create();
    return { id, image: `data:image/png;base64,${image.toString('base64')}`, expiresAt };
  }
}
