import { Migration } from '@mikro-orm/migrations';

/** Calls of the legacy URLs, by day, client version and outcome. */
export class Migration20261201_row_calls extends Migration {
  override up(): void {
    this.addSql(`create table "row_calls" (
      "door" varchar(8) not null,
      "endpoint" varchar(255) collate "C" not null,
      "day" date not null,
      "client" varchar(64) collate "C" not null,
      "outcome" varchar(8) not null,
      "calls" bigint not null default '0',
      "last_at" timestamptz not null,
      primary key ("door", "endpoint", "day", "client", "outcome")
    )`);
    this.addSql(`create index "row_calls_day_index" on "row_calls" ("day")`);
    this.addSql(`create table "row_accounts" (
      "door" varchar(8) not null,
      "endpoint" varchar(255) collate "C" not null,
      "day" date not null,
      "registers" bytea not null,
      primary key ("door", "endpoint", "day")
    )`);
    this.addSql(`create index "row_accounts_day_index" on "row_accounts" ("day")`);
    this.addSql(`create table "call_batches" (
      "instance" uuid not null,
      "sequence" int not null,
      "written_at" timestamptz not null default now(),
      primary key ("instance")
    )`);
  }

  override down(): void {
    this.addSql(`drop table "call_batches"`);
    this.addSql(`drop table "row_accounts"`);
    this.addSql(`drop table "row_calls"`);
  }
}
