import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { createdAt } from '../../infra/database/columns.js';

/** A word that no name or nickname may hold, kept folded: lower case, half width. */
@Entity({ tableName: 'banned_words' })
export class BannedWord {
  @PrimaryKey({ type: 'string', length: 64, autoincrement: false })
  word!: string;

  @Property({ ...createdAt })
  createdAt!: Date;
}
