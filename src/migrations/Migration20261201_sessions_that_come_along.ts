import { Migration } from '@mikro-orm/migrations';

/**
 * Sessions of another system: nobody knows where they were opened, and their rows stay as long as their tokens could be
 * good. And when the tokens of an account that are not known yet were ended with all others.
 */
export class Migration20261201_sessions_that_come_along extends Migration {
  override up(): void {
    this.addSql(`alter table "users" add "sessions_ended_at" timestamptz null`);
    this.addSql(`alter table "sessions" add "token_expires_at" timestamptz null,
      alter column "ip" drop not null, alter column "source" drop not null`);
    this.addSql(`drop index "sessions_ended_index"`);
    this.addSql(
      `create index "sessions_ended_index" on "sessions" (coalesce("token_expires_at", least("expires_at", "revoked_at")))`,
    );
  }

  override down(): void {
    this.addSql(`drop index "sessions_ended_index"`);
    this.addSql(`create index "sessions_ended_index" on "sessions" (least("expires_at", "revoked_at"))`);
    this.addSql(`update "sessions" set "ip" = coalesce("ip", ''), "source" = coalesce("source", '')`);
    this.addSql(`alter table "sessions" drop column "token_expires_at",
      alter column "ip" set not null, alter column "source" set not null`);
    this.addSql(`alter table "users" drop column "sessions_ended_at"`);
  }
}
