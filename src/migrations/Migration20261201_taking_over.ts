import { Migration } from '@mikro-orm/migrations';

/**
 * Accounts that come from another system: their old ids, their passwords as that system stored them, their sessions.
 */
export class Migration20261201_taking_over extends Migration {
  override up(): void {
    this.addSql(`create table "legacy_ids" (
      "system" varchar(8) not null,
      "legacy_id" varchar(64) collate "C" not null,
      "number" bigint null,
      "user_id" int not null,
      "created_at" timestamptz not null default now(),
      primary key ("system", "legacy_id")
    )`);
    this.addSql(
      `alter table "legacy_ids" add constraint "legacy_ids_system_user_unique" unique ("system", "user_id")`,
    );
    this.addSql(
      `create index "legacy_ids_number_index" on "legacy_ids" ("number") where "number" is not null`,
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
      `create index "credentials_bcrypt_index" on "credentials" ("user_id") where "scheme" like 'bcrypt:%'`,
    );
    this.addSql(`alter table "sessions" add "imported" boolean not null default false`);
    this.addSql(`alter table "users" add "invite_code" varchar(32) null`);
    this.addSql(
      `create unique index "users_invite_code_unique" on "users" ("invite_code") where "invite_code" is not null`,
    );
  }

  override down(): void {
    this.addSql(`drop index "users_invite_code_unique"`);
    this.addSql(`alter table "users" drop column "invite_code"`);
    this.addSql(`alter table "sessions" drop column "imported"`);
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
