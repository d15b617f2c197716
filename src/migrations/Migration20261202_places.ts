import { Migration } from '@mikro-orm/migrations';

/** Places that accounts share. */
export class Migration20261202_places extends Migration {
  override up(): void {
    this.addSql(`create table "shared_places" (
      "user_id" int not null,
      "point" point not null,
      "shared_at" timestamptz not null default now(),
      primary key ("user_id")
    )`);
    this.addSql(`alter table "shared_places" add constraint "shared_places_user_id_foreign"
      foreign key ("user_id") references "users" ("id") on update cascade on delete cascade`);
    this.addSql(`create index "shared_places_point_index" on "shared_places" using gist ("point")`);
    this.addSql(`create index "shared_places_shared_at_index" on "shared_places" ("shared_at")`);
  }

  override down(): void {
    this.addSql(`drop table "shared_places"`);
  }
}
