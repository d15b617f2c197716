import { Migration } from '@mikro-orm/migrations';

/** Lists of followers and followings, latest follow first, and rankings by counters. */
export class Migration20261202_lists extends Migration {
  override up(): void {
    this.addSql(
      `create index "follows_followers_index" on "follows" ("followee_id", "created_at" desc, "follower_id" desc)`,
    );
    this.addSql(
      `create index "follows_followings_index" on "follows" ("follower_id", "created_at" desc, "followee_id" desc)`,
    );
    this.addSql(`drop index "follows_followee_index"`);
    this.addSql(
      `create index "user_extras_followers_index" on "user_extras" ("followers_count" desc, "user_id") where "followers_count" > 0`,
    );
    this.addSql(
      `create index "user_extras_checkin_index" on "user_extras" ("last_checkin_count" desc, "user_id") where "last_checkin_count" > 0`,
    );
    this.addSql(
      `create index "user_extras_answers_index" on "user_extras" ("answers_count" desc, "user_id") where "answers_count" > 0`,
    );
    this.addSql(
      `create index "user_extras_likes_index" on "user_extras" ("likes_count" desc, "user_id") where "likes_count" > 0`,
    );
    this.addSql(
      `create index "currencies_sum_index" on "currencies" ("sum" desc, "user_id") where "sum" > 0`,
    );
  }

  override down(): void {
    this.addSql(`drop index "currencies_sum_index"`);
    this.addSql(`drop index "user_extras_likes_index"`);
    this.addSql(`drop index "user_extras_answers_index"`);
    this.addSql(`drop index "user_extras_checkin_index"`);
    this.addSql(`drop index "user_extras_followers_index"`);
    this.addSql(`create index "follows_followee_index" on "follows" ("followee_id", "follower_id")`);
    this.addSql(`drop index "follows_followings_index"`);
    this.addSql(`drop index "follows_followers_index"`);
  }
}
