import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { timestamp } from '../../infra/database/columns.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

export type PictureKind = 'avatar' | 'background';

/** A picture that an import has named. It is fetched later; the row stays, to tell whether it is still the one shown. */
@Entity({ tableName: 'imported_pictures' })
@Index({
  name: 'imported_pictures_waiting_index',
  expression:
    'create index "imported_pictures_waiting_index" on "imported_pictures" ("next_try_at") where "next_try_at" is not null',
})
export class ImportedPicture {
  [PrimaryKeyProp]?: ['userId', 'kind'];

  @ManyToOne(() => User, { ...userKey, primary: true })
  userId!: number;

  @PrimaryKey({ type: 'string', length: 16 })
  kind!: PictureKind;

  /** An http(s) URL, or a path below {@link directory}. */
  @Property({ type: 'string', length: 500 })
  source!: string;

  /** The folder of files that the import was given, absolute; null for a URL, and where none was given. */
  @Property({ type: 'text', nullable: true })
  directory: string | null = null;

  @Property({ type: 'integer', default: 0 })
  tries = 0;

  /** Null once there is nothing left to try: it was stored, or given up. */
  @Property({ ...timestamp, nullable: true })
  nextTryAt: Date | null = null;

  /** The picture that it has become; null until then, and when it was given up. */
  @Property({ type: 'string', length: 32, nullable: true })
  imageId: string | null = null;

  /** Why the last try failed, in capitals; null where it did not. */
  @Property({ type: 'string', length: 40, nullable: true })
  failure: string | null = null;
}
