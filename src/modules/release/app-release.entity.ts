import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { createdAt } from '../../infra/database/columns.js';

/** Numbered as anlife's `app_type` does (接口13), which counts the other way than `device_type`. */
export enum AppPlatform {
  ANDROID = 1,
  IOS = 2,
}
registerEnumType(AppPlatform, {
  name: 'AppPlatform',
  description: 'The platform of an app release.',
  valuesConfig: { ANDROID: { description: 'Android.' }, IOS: { description: 'iOS.' } },
});

/** In characters. */
export const RELEASE_LIMITS = { version: 32, url: 500, title: 191 } as const;

@ObjectType({ description: 'A version of the app that can be downloaded.' })
@Entity({ tableName: 'app_releases' })
@Index({ name: 'app_releases_platform_index', properties: ['platform', 'versionCode'] })
export class AppRelease {
  @Field(() => ID, { description: 'The id of the release.' })
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @Field(() => AppPlatform, { description: 'The platform it runs on.' })
  @Property({ type: 'smallint' })
  platform!: AppPlatform;

  @Field(() => String, { description: 'Version for people, such as 8.7.' })
  @Property({ type: 'string', length: RELEASE_LIMITS.version })
  version!: string;

  @Field(() => Int, { description: 'Version for comparison; the highest one of a platform is current.' })
  @Property({ type: 'integer' })
  versionCode!: number;

  @Field(() => String, { description: 'The URL to download it from.' })
  @Property({ type: 'string', length: RELEASE_LIMITS.url })
  url!: string;

  @Field(() => String, { description: 'Title of the notice.' })
  @Property({ type: 'string', length: RELEASE_LIMITS.title })
  title!: string;

  @Field(() => String, { description: 'Text of the notice.' })
  @Property({ type: 'text' })
  message!: string;

  @Field(() => Date, { description: 'When it was last changed.' })
  @Property({ ...createdAt })
  updatedAt!: Date;
}
