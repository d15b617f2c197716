import { Migration } from '@mikro-orm/migrations';

/** What an import remembers, so that it can be repeated over a newer dump. */
export class Migration20261201_import extends Migration {
  override up(): void {
    // A number that was given to an account without an old id makes way for the account that had it there.
    this.addSql(`alter table "legacy_ids" add "given" boolean not null default false`);
    this.addSql(`create table "import_guard" (
      "id" smallint not null,
      "holder" varchar(36) not null,
      "expires_at" timestamptz not null,
      primary key ("id")
    )`);
    this.addSql(`create table "import_systems" (
      "system" varchar(8) not null,
      "keeps_ids" boolean not null default false,
      "run" bigint not null default '0',
      "started_at" timestamptz null,
      "finished_at" timestamptz null,
      "counts" jsonb null,
      primary key ("system")
    )`);
    this.addSql(
      `create unique index "import_systems_keeps_ids_unique" on "import_systems" ("keeps_ids") where "keeps_ids"`,
    );
    this.addSql(`create table "imported_records" (
      "system" varchar(8) not null,
      "legacy_id" varchar(64) collate "C" not null,
      "user_id" int not null,
      "run" bigint not null,
      "digest" varchar(43) not null,
      "fields" jsonb not null,
      primary key ("system", "legacy_id")
    )`);
    this.addSql(`create index "imported_records_user_id_index" on "imported_records" ("user_id")`);
    this.addSql(`create table "imported_follows" (
      "follower_id" int not null,
      "system" varchar(8) not null,
      "legacy_id" varchar(64) collate "C" not null,
      primary key ("follower_id", "system", "legacy_id")
    )`);
    this.addSql(
      `create index "imported_follows_legacy_id_index" on "imported_follows" ("system", "legacy_id")`,
    );
    this.addSql(`create table "imported_pictures" (
      "user_id" int not null,
      "kind" varchar(16) not null,
      "source" varchar(500) not null,
      "directory" text null,
      "tries" int not null default 0,
      "next_try_at" timestamptz null,
      "image_id" varchar(32) null,
      primary key ("user_id", "kind")
    )`);
    this.addSql(
      `create index "imported_pictures_waiting_index" on "imported_pictures" ("next_try_at") where "next_try_at" is not null`,
    );
    const owners = {
      imported_records: 'user_id',
      imported_follows: 'follower_id',
      imported_pictures: 'user_id',
    };
    for (const [table, owner] of Object.entries(owners)) {
      this.addSql(`alter table "${table}" add constraint "${table}_${owner}_foreign"
        foreign key ("${owner}") references "users" ("id") on delete cascade`);
    }
  }

  override down(): void {
    this.addSql(
      `drop table "import_guard", "import_systems", "imported_records", "imported_follows", "imported_pictures"`,
    );
    this.addSql(`alter table "legacy_ids" drop column "given"`);
  }
}
