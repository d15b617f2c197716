import { Migration } from '@mikro-orm/migrations';

/** Which log-in a renewed session comes from. */
export class Migration20261130_session_origin extends Migration {
  override up(): void {
    this.addSql(`alter table "sessions" add "origin_id" int null`);
  }

  override down(): void {
    this.addSql(`alter table "sessions" drop column "origin_id"`);
  }
}
