import { Entity, Index, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { createdAt } from '../../infra/database/columns.js';
import { onePerUser } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

/** The place of an account for as long as it shares it, no finer than others may know it. */
@Entity({ tableName: 'shared_places' })
@Index({
  name: 'shared_places_point_index',
  expression: 'create index "shared_places_point_index" on "shared_places" using gist ("point")',
})
@Index({ name: 'shared_places_shared_at_index', properties: ['sharedAt'] })
export class SharedPlace {
  @OneToOne(() => User, onePerUser)
  userId!: number;

  /** On the map of `projection.ts`. */
  @Property({ type: 'string', columnType: 'point' })
  point!: string;

  @Property({ ...createdAt })
  sharedAt!: Date;
}
