import { Migration } from '@mikro-orm/migrations';

/** The highest cost of bcrypt in use is asked at every check of a password, and read from the end of an index. */
export class Migration20261201_bcrypt_cost extends Migration {
  override up(): void {
    this.addSql(`drop index "credentials_bcrypt_index"`);
    this.addSql(
      `create index "credentials_bcrypt_index" on "credentials" (substr("scheme", 12, 2)) where "scheme" like 'bcrypt:%'`,
    );
  }

  override down(): void {
    this.addSql(`drop index "credentials_bcrypt_index"`);
    this.addSql(
      `create index "credentials_bcrypt_index" on "credentials" ("user_id") where "scheme" like 'bcrypt:%'`,
    );
  }
}
