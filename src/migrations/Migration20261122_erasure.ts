import { Migration } from '@mikro-orm/migrations';

/** What the jobs that erase and purge find their rows by. */
export class Migration20261122_erasure extends Migration {
  override up(): void {
    this.addSql(`alter table "users" add "erased_at" timestamptz null`);
    this.addSql(
      `create index "users_erasable_index" on "users" ("deleted_at") where "deleted_at" is not null and "erased_at" is null`,
    );
    // Every deleted picture is looked for in the columns that refer to it.
    this.addSql(`create index "users_avatar_index" on "users" ("avatar_id") where "avatar_id" is not null`);
    this.addSql(
      `create index "users_background_index" on "users" ("background_id") where "background_id" is not null`,
    );
    for (const column of ['front', 'rear', 'certificate'].map((side) => `${side}_image`)) {
      this.addSql(
        `create index "verifications_${column}_index" on "verifications" ("${column}_id") where "${column}_id" is not null`,
      );
    }
    this.addSql(`create index "sessions_ended_index" on "sessions" (least("expires_at", "revoked_at"))`);
    this.addSql(`create index "security_events_created_index" on "security_events" ("created_at")`);
  }

  override down(): void {
    this.addSql(`drop index "security_events_created_index"`);
    this.addSql(`drop index "sessions_ended_index"`);
    for (const side of ['front', 'rear', 'certificate']) {
      this.addSql(`drop index "verifications_${side}_image_index"`);
    }
    this.addSql(`drop index "users_background_index"`);
    this.addSql(`drop index "users_avatar_index"`);
    // Takes the index of what is to be erased with it.
    this.addSql(`alter table "users" drop column "erased_at"`);
  }
}
