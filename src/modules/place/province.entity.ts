import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** A province-level division; its id is the GB/T 2260 code (510000). */
@Entity({ tableName: 'provinces' })
export class Province {
  @PrimaryKey({ type: 'integer', autoincrement: false })
  id!: number;

  @Property({ type: 'string', length: 64 })
  name!: string;
}
