import { Entity, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { keyOnly } from '../../infra/database/columns.js';
import { TAG_NAME_MAX, TagCategory } from './tag-category.entity.js';

@ObjectType({ description: 'A tag that users can attach to themselves.' })
@Entity({ tableName: 'tags' })
@Unique({ name: 'tags_category_name_unique', properties: ['categoryId', 'name'] })
export class Tag {
  @Field(() => ID, { description: 'The id of the tag.' })
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @Field(() => ID, { description: 'The id of its category.' })
  @ManyToOne(() => TagCategory, { ...keyOnly, fieldName: 'category_id', deleteRule: 'cascade' })
  categoryId!: number;

  @Field(() => String, { description: `Its name, at most ${TAG_NAME_MAX} characters.` })
  @Property({ type: 'string', length: TAG_NAME_MAX })
  name!: string;

  @Field(() => Int, { description: 'Its place in a list: the heaviest comes first.' })
  @Property({ type: 'integer', default: 0 })
  weight!: number;
}
