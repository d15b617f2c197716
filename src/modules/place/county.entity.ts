import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { keyOnly } from '../../infra/database/columns.js';
import { City } from './city.entity.js';

/** A county-level division; its id is the GB/T 2260 code (510104). */
@Entity({ tableName: 'counties' })
export class County {
  @PrimaryKey({ type: 'integer', autoincrement: false })
  id!: number;

  @Property({ type: 'string', length: 64 })
  name!: string;

  @ManyToOne(() => City, { ...keyOnly, fieldName: 'city_id', index: true })
  cityId!: number;
}
