import { Migration } from '@mikro-orm/migrations';

/** What doors with old ids stand on: what they cannot say is found at once, and one number is nobody's. */
export class Migration20261201_legacy_ids extends Migration {
  override up(): void {
    this.addSql(
      `create index "legacy_ids_unnumbered_index" on "legacy_ids" ("system") where "number" is null`,
    );
    this.addSql(`alter table "users" add constraint "users_id_check" check (id < 2147483647)`);
  }

  override down(): void {
    this.addSql(`alter table "users" drop constraint "users_id_check"`);
    this.addSql(`drop index "legacy_ids_unnumbered_index"`);
  }
}
