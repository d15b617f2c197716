import { Migration } from '@mikro-orm/migrations';

/** What users do about each other besides following: blocks, reports, and looking at who follows them. */
export class Migration20261202_answers extends Migration {
  override up(): void {
    this.addSql(`create table "blocks" (
      "blocker_id" int not null,
      "blocked_id" int not null,
      "created_at" timestamptz not null default now(),
      primary key ("blocker_id", "blocked_id")
    )`);
    this.addSql(`create index "blocks_blocked_index" on "blocks" ("blocked_id", "blocker_id")`);
    this.addSql(`create index "blocks_latest_index" on "blocks" ("blocker_id", "created_at", "blocked_id")`);
    this.addSql(`alter table "blocks" add constraint "blocks_not_self" check ("blocker_id" <> "blocked_id")`);
    this.addSql(
      `alter table "blocks" add constraint "blocks_blocker_id_foreign" foreign key ("blocker_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "blocks" add constraint "blocks_blocked_id_foreign" foreign key ("blocked_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(`alter table "user_extras" add column "followers_seen_at" timestamptz null`);
    this.addSql(`create table "reports" (
      "id" bigserial primary key,
      "reporter_id" int not null,
      "user_id" int not null,
      "reason" varchar(255) not null,
      "created_at" timestamptz not null default now()
    )`);
    this.addSql(`create index "reports_user_index" on "reports" ("user_id", "id")`);
    this.addSql(`create index "reports_reporter_index" on "reports" ("reporter_id", "created_at")`);
    this.addSql(
      `alter table "reports" add constraint "reports_reporter_id_foreign" foreign key ("reporter_id") references "users" ("id") on delete cascade`,
    );
    this.addSql(
      `alter table "reports" add constraint "reports_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`,
    );
  }

  override down(): void {
    this.addSql(`drop table "reports"`);
    this.addSql(`alter table "user_extras" drop column "followers_seen_at"`);
    this.addSql(`drop table "blocks"`);
  }
}
