import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { keyOnly } from '../../infra/database/columns.js';
import { Province } from './province.entity.js';

@ObjectType({ description: 'A prefecture-level city, or a municipality as its own city.' })
@Entity({ tableName: 'cities' })
export class City {
  @Field(() => ID, { description: 'Its GB/T 2260 code, such as 510100 for 成都市.' })
  @PrimaryKey({ type: 'integer', autoincrement: false })
  id!: number;

  @Field(() => String, { description: 'Its full name, such as 成都市.' })
  @Property({ type: 'string', length: 64 })
  name!: string;

  @ManyToOne(() => Province, { ...keyOnly, fieldName: 'province_id', index: true })
  provinceId!: number;
}
