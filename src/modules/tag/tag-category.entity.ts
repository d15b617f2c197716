import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType } from 'type-graphql';

/** In characters, of categories and tags alike. */
export const TAG_NAME_MAX = 32;

@ObjectType({ description: 'A category of tags.' })
@Entity({ tableName: 'tag_categories' })
export class TagCategory {
  @Field(() => ID, { description: 'The id of the category.' })
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @Field(() => String, { description: `Its name, at most ${TAG_NAME_MAX} characters.` })
  @Unique({ name: 'tag_categories_name_unique' })
  @Property({ type: 'string', length: TAG_NAME_MAX })
  name!: string;

  @Field(() => Int, { description: 'Its place in the list: the heaviest comes first.' })
  @Property({ type: 'integer', default: 0 })
  weight!: number;
}
