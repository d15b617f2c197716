import { Migration } from '@mikro-orm/migrations';

export class Migration20261121_open_app_calls extends Migration {
  override name = 'Migration20261121_open_app_calls';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "open_app_calls" ("app_id" int not null, "signature" varchar(32) not null, "user_id" int null, "created_at" timestamptz not null default now(), primary key ("app_id", "signature"));`,
    );
    this.addSql(`create index "open_app_calls_created_index" on "open_app_calls" ("created_at");`);

    this.addSql(
      `alter table "open_app_calls" add constraint "open_app_calls_app_id_foreign" foreign key ("app_id") references "open_apps" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "open_app_calls" add constraint "open_app_calls_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "open_app_calls" cascade;`);
  }
}
