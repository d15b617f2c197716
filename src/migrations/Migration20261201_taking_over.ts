import { Migration } from '@mikro-orm/migrations';

/**
 * Accounts that come from another system: their old ids, their passwords as that system stored them, their sessions, and
 * what an import remembers, so that it can be repeated over a newer dump.
 */
export class Migration20261201_taking_over extends Migration {
  override up(): void {
    this.addSql(`create table "legacy_ids" (
      "system" varchar(8) not null,
      "legacy_id" varchar(64) collate "C" not null,
      "number" bigint null,
      "user_id" int not null,
      "given" boolean not null default false,
      "created_at" timestamptz not null default now(),
      primary key ("system", "legacy_id")
    )`);
    this.addSql(
      `alter table "legacy_ids" add constraint "legacy_ids_system_user_unique" unique ("system", "user_id")`,
    );
    this.addSql(
      `create index "legacy_ids_number_index" on "legacy_ids" ("number") where "number" is not null`,
    );
    this.addSql(
      `create index "legacy_ids_unnumbered_index" on "legacy_ids" ("system") where "number" is null`,
    );
    this.addSql(`create index "legacy_ids_user_id_index" on "legacy_ids" ("user_id")`);
    this.addSql(`alter table "legacy_ids" add constraint "legacy_ids_user_id_foreign"
      foreign key ("user_id") references "users" ("id") on delete cascade`);

    // A number that nobody has, here or in a system before.
    this.addSql(`create function next_user_id() returns int language plpgsql as $$
      declare fresh int;
      begin
        loop
          fresh := nextval('users_id_seq');
          exit when not exists (select 1 from legacy_ids where number = fresh);
        end loop;
        return fresh;
      end $$`);
    // An import names the ids of its accounts itself; everybody else takes what comes.
    this.addSql(`create function users_take_fresh_id() returns trigger language plpgsql as $$
      begin
        if coalesce(current_setting('gateway.given_ids', true), '') <> 'on'
          and exists (select 1 from legacy_ids where number = new.id) then
          new.id := next_user_id();
        end if;
        return new;
      end $$`);
    this.addSql(`create trigger "users_fresh_id" before insert on "users"
      for each row execute function users_take_fresh_id()`);
    // Altering a sequence waits for every transaction that has taken a number from it, and lets none in meanwhile: when
    // it returns, accounts with numbers up to the mark are all to be seen, and no other will come.
    this.addSql(`create function raise_user_ids(mark bigint) returns void language plpgsql as $$
      begin
        execute 'alter sequence users_id_seq cache 1';
        perform setval('users_id_seq', mark) from users_id_seq where last_value < mark;
      end $$`);

    this.addSql(`alter table "credentials" add "scheme" text not null default 'md5', add "key_id" varchar(32) null,
      add "imported" boolean not null default false`);
    this.addSql(
      `create index "credentials_sealed_index" on "credentials" ("user_id") where "key_id" is not null`,
    );
    this.addSql(
      `create index "credentials_bcrypt_index" on "credentials" (substr("scheme", 12, 2)) where "scheme" like 'bcrypt:%'`,
    );

    // Nobody knows where a session of another system was opened, and its row stays as long as its token could be good.
    this.addSql(`alter table "sessions" add "imported" boolean not null default false,
      add "token_expires_at" timestamptz null,
      alter column "ip" drop not null, alter column "source" drop not null`);
    this.addSql(`drop index "sessions_ended_index"`);
    this.addSql(
      `create index "sessions_ended_index" on "sessions" (coalesce("token_expires_at", least("expires_at", "revoked_at")))`,
    );

    this.addSql(
      `alter table "users" add "invite_code" varchar(32) null, add "sessions_ended_at" timestamptz null`,
    );
    this.addSql(`alter table "users" add constraint "users_id_check" check (id < 2147483647)`);
    this.addSql(
      `create unique index "users_invite_code_unique" on "users" ("invite_code") where "invite_code" is not null`,
    );

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
      "failure" varchar(40) null,
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
    this.addSql(`drop index "users_invite_code_unique"`);
    this.addSql(`alter table "users" drop constraint "users_id_check"`);
    this.addSql(`alter table "users" drop column "invite_code", drop column "sessions_ended_at"`);
    this.addSql(`drop index "sessions_ended_index"`);
    this.addSql(`create index "sessions_ended_index" on "sessions" (least("expires_at", "revoked_at"))`);
    this.addSql(`update "sessions" set "ip" = coalesce("ip", ''), "source" = coalesce("source", '')`);
    this.addSql(`alter table "sessions" drop column "imported", drop column "token_expires_at",
      alter column "ip" set not null, alter column "source" set not null`);
    this.addSql(`drop index "credentials_bcrypt_index"`);
    this.addSql(`drop index "credentials_sealed_index"`);
    this.addSql(
      `alter table "credentials" drop column "scheme", drop column "key_id", drop column "imported"`,
    );
    this.addSql(`drop trigger "users_fresh_id" on "users"`);
    this.addSql(`drop function users_take_fresh_id`);
    this.addSql(`drop function raise_user_ids`);
    this.addSql(`drop function next_user_id`);
    this.addSql(`drop table "legacy_ids"`);
  }
}
