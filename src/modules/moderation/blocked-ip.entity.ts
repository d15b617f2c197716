import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { createdAt } from '../../infra/database/columns.js';

/** An address or range that may not log in (`member.md` 一.6, status 4). */
@Entity({ tableName: 'blocked_ips' })
export class BlockedIp {
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @Unique({ name: 'blocked_ips_range_unique' })
  @Property({ columnType: 'cidr', type: 'string' })
  range!: string;

  @Property({ ...createdAt })
  createdAt!: Date;
}
