import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { timestamp } from '../../infra/database/columns.js';

/** The right to import: one row at most, which whoever imports renews. */
@Entity({ tableName: 'import_guard' })
export class ImportGuard {
  /** Always 1. */
  @PrimaryKey({ type: 'smallint', autoincrement: false })
  id!: number;

  @Property({ type: 'string', length: 36 })
  holder!: string;

  /** Free from then on: whoever held it has died. */
  @Property({ ...timestamp })
  expiresAt!: Date;
}
