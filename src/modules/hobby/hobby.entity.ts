import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';

/** In characters. */
export const HOBBY_NAME_MAX = 32;

@ObjectType({ description: 'A hobby that users can choose.' })
@Entity({ tableName: 'hobbies' })
export class Hobby {
  @Field(() => ID, { description: 'The id of the hobby.' })
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @Field(() => String, { description: `Its name, at most ${HOBBY_NAME_MAX} characters.` })
  @Unique({ name: 'hobbies_name_unique' })
  @Property({ type: 'string', length: HOBBY_NAME_MAX })
  name!: string;
}
