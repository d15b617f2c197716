import { Migration } from '@mikro-orm/migrations';

/** What was found when old servers and the gateway were asked the same. */
export class Migration20261201_shadow extends Migration {
  override up(): void {
    this.addSql(`create table "shadow_rows" (
      "door" varchar(8) not null,
      "endpoint" varchar(255) collate "C" not null,
      "same" bigint not null default '0',
      "different" bigint not null default '0',
      "failed" bigint not null default '0',
      "skipped" bigint not null default '0',
      "stopped" bigint not null default '0',
      "last_at" timestamptz not null,
      "stopped_at" timestamptz null,
      primary key ("door", "endpoint")
    )`);
    this.addSql(`create table "shadow_differences" (
      "id" bigserial primary key,
      "door" varchar(8) not null,
      "endpoint" varchar(255) collate "C" not null,
      "at" timestamptz not null,
      "differences" jsonb not null
    )`);
    this.addSql(
      `create index "shadow_differences_row_index" on "shadow_differences" ("door", "endpoint", "id")`,
    );
  }

  override down(): void {
    this.addSql(`drop table "shadow_differences"`);
    this.addSql(`drop table "shadow_rows"`);
  }
}
