import { Migration } from '@mikro-orm/migrations';

/**
 * Names are one when they differ only in case or in how their letters are composed, in every locale of the database:
 * `citext` and `lower` know of no letter beyond ASCII where the locale is C. The collation comes with every package of
 * PostgreSQL, and with PGlite. Names that were told apart until now stay with the oldest account; the others get a
 * generated one, and show the old.
 */
export class Migration20261123_names extends Migration {
  override up(): void {
    // By the upper case, because letters such as the two small sigmas have one capital, and to that by the lower case,
    // because the capital ẞ has no other.
    this.addSql(`create function name_key(name text) returns text language sql immutable strict parallel safe
      return replace(normalize(
        lower(upper(lower(normalize(name) collate "und-x-icu") collate "und-x-icu") collate "und-x-icu")
      ), 'ς', 'σ')`);
    this.addSql(`create function name_keys(names text[]) returns text[] language sql immutable strict parallel safe
      return array(select name_key(name) from unnest(names) as name)`);
    this.addSql(`alter table "users" drop constraint "users_name_unique"`);
    this.addSql(`drop index "users_name_trgm"`);
    this.addSql(`drop index "users_name_grams"`);
    this.addSql(`drop function name_grams`);
    this.addSql(`alter table "users" alter column "name" type text`);
    this.addSql(`update "users" set "name" = normalize("name") where "name" is not nfc normalized`);
    this.addSql(`update "users" set "nickname" = coalesce("nickname", left("name", 64)),
        "name" = 'user_' || left(md5(gen_random_uuid()::text), 10)
      from (select "id", row_number() over (partition by name_key("name") order by "id") as place from "users") as same
      where same."id" = "users"."id" and same.place > 1`);
    // In a collation of its own: trigrams answer equality too, and would be taken for it.
    this.addSql(`create unique index "users_name_unique" on "users" ((name_key("name") collate "C"))`);
    this.addSql(`create index "users_name_trgm" on "users" using gin (name_key("name") gin_trgm_ops)`);
    this.addSql(`create function name_grams(key text) returns text[] language sql immutable strict parallel safe
      return string_to_array(key, null)
        || array(select substr(key, start, 2) from generate_series(1, length(key) - 1) as start)`);
    this.addSql(`create index "users_name_grams" on "users" using gin (name_grams(name_key("name")))`);
  }

  override down(): void {
    this.addSql(`drop index "users_name_grams"`);
    this.addSql(`drop index "users_name_trgm"`);
    this.addSql(`drop index "users_name_unique"`);
    this.addSql(`drop function name_grams`);
    this.addSql(`drop function name_keys`);
    this.addSql(`drop function name_key`);
    this.addSql(`alter table "users" alter column "name" type citext`);
    this.addSql(`alter table "users" add constraint "users_name_unique" unique ("name")`);
    this.addSql(`create index "users_name_trgm" on "users" using gin (("name"::text) gin_trgm_ops)`);
    this.addSql(`create function name_grams(name text) returns text[] language sql immutable strict parallel safe
      return string_to_array(lower(name), null)
        || array(select substr(lower(name), start, 2) from generate_series(1, length(lower(name)) - 1) as start)`);
    this.addSql(`create index "users_name_grams" on "users" using gin (name_grams("name"::text))`);
  }
}
