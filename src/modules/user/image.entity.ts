import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { createdAt } from '../../infra/database/columns.js';

@ObjectType({ description: 'A stored picture.' })
@Entity({ tableName: 'images' })
@Index({
  name: 'images_unclaimed_index',
  expression: 'create index "images_unclaimed_index" on "images" ("created_at") where "unclaimed"',
})
@Index({
  name: 'images_source_md5_index',
  expression:
    'create index "images_source_md5_index" on "images" ("owner_id", "source_md5") where "source_md5" is not null',
})
export class Image {
  @Field(() => ID, { description: '32 hexadecimal digits; names the picture in inputs.' })
  @PrimaryKey({ type: 'string', length: 32, autoincrement: false })
  id!: string;

  @Field(() => Int, {
    description:
      'Its number for older ThinkSNS+ clients. Its uploader may name it by that in inputs; knowing it lets nobody else see the picture.',
  })
  @Unique({ name: 'images_number_unique' })
  @Property({ type: 'integer', autoincrement: true })
  number!: number;

  /** The storage key of the file: `2026/11/21/<id>.jpg`. */
  @Unique({ name: 'images_key_unique' })
  @Property({ type: 'string', length: 80 })
  key!: string;

  /**
   * The uploader; null for default photos, and for pictures that nobody has claimed. The reference to users is
   * declared in user.entity.ts, which knows pictures: two files that knew each other would be a ring.
   */
  ownerId: number | null = null;

  @Field(() => String, { description: 'Media type: image/jpeg, image/png, image/webp or image/gif.' })
  @Property({ type: 'string', length: 32 })
  mime!: string;

  @Field(() => Int, { description: 'Size of the file in bytes.' })
  @Property({ type: 'integer' })
  size!: number;

  @Field(() => Int, { description: 'Width in pixels.' })
  @Property({ type: 'integer' })
  width!: number;

  @Field(() => Int, { description: 'Height in pixels.' })
  @Property({ type: 'integer' })
  height!: number;

  @Field(() => String, { description: 'SHA-256 of the file, in hexadecimal.' })
  @Property({ type: 'string', length: 64 })
  hash!: string;

  /** MD5 of the file as it was sent, in lower-case hex; null where that is not known. */
  @Property({ type: 'string', length: 32, nullable: true })
  sourceMd5: string | null = null;

  /** Uploaded without a session, and waiting for an account that names it. */
  @Property({ type: 'boolean', default: false })
  unclaimed!: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Of a picture that was just stored: whether the same one of the caller was there before. Null elsewhere.',
  })
  existed?: boolean | null;

  @Field(() => Date, { description: 'When it was uploaded.' })
  @Property({ ...createdAt })
  createdAt!: Date;
}
