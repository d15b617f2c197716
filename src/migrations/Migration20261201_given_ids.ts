import { Migration } from '@mikro-orm/migrations';

/** Tells the old ids that a system gave from those that were given here, so that its numbers stay unambiguous. */
export class Migration20261201_given_ids extends Migration {
  override up(): void {
    this.addSql(`alter table "legacy_ids" add "given" boolean not null default false`);
    this.addSql(`create index "legacy_ids_given_index" on "legacy_ids" ("user_id") where "given"`);
    this.addSql(
      `create index "legacy_ids_unnumbered_index" on "legacy_ids" ("system") where "number" is null`,
    );
    // Doors with old ids say this number for nobody.
    this.addSql(`alter table "users" add constraint "users_id_check" check (id < 2147483647)`);
  }

  override down(): void {
    this.addSql(`alter table "users" drop constraint "users_id_check"`);
    this.addSql(`drop index "legacy_ids_unnumbered_index"`);
    this.addSql(`alter table "legacy_ids" drop column "given"`);
  }
}
