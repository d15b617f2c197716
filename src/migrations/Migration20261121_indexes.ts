import { Migration } from '@mikro-orm/migrations';

/**
 * What stays quick with a million users: one or two characters of a name, which have no trigram to be found by, and
 * the ranking of all time, which had to add up every day of everybody.
 */
export class Migration20261121_indexes extends Migration {
  override up(): void {
    this.addSql(`create function name_grams(name text) returns text[] language sql immutable strict parallel safe
      return string_to_array(lower(name), null)
        || array(select substr(lower(name), start, 2) from generate_series(1, length(lower(name)) - 1) as start)`);
    this.addSql(`create index "users_name_grams" on "users" using gin (name_grams("name"::text))`);
    this.addSql(`alter table "currencies" add column "total_income" bigint not null default '0'`);
    this.addSql(`update "currencies" set "total_income" = income."total"
      from (select "user_id", sum("amount") as "total" from "daily_incomes" group by "user_id") as income
      where income."user_id" = "currencies"."user_id"`);
    this.addSql(
      `create index "currencies_total_income_index" on "currencies" ("total_income" desc, "user_id") where "total_income" > 0`,
    );
  }

  override down(): void {
    this.addSql(`alter table "currencies" drop column "total_income"`);
    this.addSql(`drop index "users_name_grams"`);
    this.addSql(`drop function name_grams`);
  }
}
