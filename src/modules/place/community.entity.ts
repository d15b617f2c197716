import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { keyOnly } from '../../infra/database/columns.js';
import { City } from './city.entity.js';

/** In characters. */
export const COMMUNITY_NAME_MAX = 64;

@ObjectType({ description: 'A housing estate (小区).' })
@Entity({ tableName: 'communities' })
@Unique({ name: 'communities_city_name_unique', properties: ['cityId', 'name'] })
@Index({
  name: 'communities_name_trgm',
  expression: 'create index "communities_name_trgm" on "communities" using gin ("name" gin_trgm_ops)',
})
export class Community {
  @Field(() => ID, { description: 'The id of the community.' })
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @Field(() => String, {
    description: `Its name, at most ${COMMUNITY_NAME_MAX} characters; unique within the city.`,
  })
  @Property({ type: 'string', length: COMMUNITY_NAME_MAX })
  name!: string;

  @Field(() => ID, { description: 'The city it lies in.' })
  @ManyToOne(() => City, { ...keyOnly, fieldName: 'city_id' })
  cityId!: number;
}
