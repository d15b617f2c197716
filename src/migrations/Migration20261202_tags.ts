import { Migration } from '@mikro-orm/migrations';

/** Tags by category, and who has them. */
export class Migration20261202_tags extends Migration {
  override up(): void {
    this.addSql(`create table "tag_categories" (
      "id" serial primary key,
      "name" varchar(32) not null,
      "weight" int not null default 0
    )`);
    this.addSql(`alter table "tag_categories" add constraint "tag_categories_name_unique" unique ("name")`);
    this.addSql(`create table "tags" (
      "id" serial primary key,
      "category_id" int not null,
      "name" varchar(32) not null,
      "weight" int not null default 0
    )`);
    this.addSql(
      `alter table "tags" add constraint "tags_category_name_unique" unique ("category_id", "name")`,
    );
    this.addSql(
      `alter table "tags" add constraint "tags_category_id_foreign" foreign key ("category_id") references "tag_categories" ("id") on delete cascade`,
    );
    this.addSql(`create table "user_tags" (
      "user_id" int not null,
      "tag_id" int not null,
      primary key ("user_id", "tag_id")
    )`);
    this.addSql(`create index "user_tags_tag_index" on "user_tags" ("tag_id", "user_id")`);
    this.addSql(
      `alter table "user_tags" add constraint "user_tags_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "user_tags" add constraint "user_tags_tag_id_foreign" foreign key ("tag_id") references "tags" ("id") on update cascade on delete cascade`,
    );
  }

  override down(): void {
    this.addSql(`drop table "user_tags", "tags", "tag_categories"`);
  }
}
