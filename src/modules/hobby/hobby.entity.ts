import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A hobby that users can choose.' })
@Entity({ tableName: 'hobbies' })
export class Hobby {
  @Field(() => ID, { description: 'The number of the hobby.' })
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @Field(() => String, { description: 'Its name, at most 32 characters.' })
  @Unique({ name: 'hobbies_name_unique' })
  @Property({ type: 'string', length: 32 })
  name!: string;
}
