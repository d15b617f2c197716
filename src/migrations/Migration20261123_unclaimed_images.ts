import { Migration } from '@mikro-orm/migrations';

/** Pictures that were sent without a session, until an account names them or the job removes them. */
export class Migration20261123_unclaimed_images extends Migration {
  override up(): void {
    this.addSql(`alter table "images" add "unclaimed" boolean not null default false`);
    this.addSql(`create index "images_unclaimed_index" on "images" ("created_at") where "unclaimed"`);
  }

  override down(): void {
    // Takes its index with it.
    this.addSql(`alter table "images" drop column "unclaimed"`);
  }
}
