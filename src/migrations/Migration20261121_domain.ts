import { Migration } from '@mikro-orm/migrations';

/** The whole domain. Both extensions ship with PostgreSQL and with PGlite. */
export class Migration20261121_domain extends Migration {
  override up(): void {
    this.addSql(`create extension if not exists citext`);
    this.addSql(`create extension if not exists pg_trgm`);
    this.addSql(`create table "app_releases" (
      "id" serial primary key,
      "platform" smallint not null,
      "version" varchar(32) not null,
      "version_code" int not null,
      "url" varchar(500) not null,
      "title" varchar(191) not null,
      "message" text not null,
      "updated_at" timestamptz not null default now()
    )`);
    this.addSql(`create index "app_releases_platform_index" on "app_releases" ("platform", "version_code")`);
    this.addSql(`create table "banned_words" (
      "word" varchar(64) not null,
      "created_at" timestamptz not null default now(),
      primary key ("word")
    )`);
    this.addSql(`create table "blocked_ips" (
      "id" serial primary key,
      "range" cidr not null,
      "created_at" timestamptz not null default now()
    )`);
    this.addSql(`alter table "blocked_ips" add constraint "blocked_ips_range_unique" unique ("range")`);
    this.addSql(`create table "hobbies" (
      "id" serial primary key,
      "name" varchar(32) not null
    )`);
    this.addSql(`alter table "hobbies" add constraint "hobbies_name_unique" unique ("name")`);
    this.addSql(`create table "open_apps" (
      "id" serial primary key,
      "name" varchar(100) not null default '',
      "key_id" varchar(32) not null,
      "encrypted_secret" text not null,
      "allowed_ips" text[] not null default '{}',
      "disabled_at" timestamptz null,
      "created_at" timestamptz not null default now()
    )`);
    this.addSql(`create table "provinces" (
      "id" int not null,
      "name" varchar(64) not null,
      primary key ("id")
    )`);
    this.addSql(`create table "cities" (
      "id" int not null,
      "name" varchar(64) not null,
      "province_id" int not null,
      primary key ("id")
    )`);
    this.addSql(`create index "cities_province_id_index" on "cities" ("province_id")`);
    this.addSql(`create table "counties" (
      "id" int not null,
      "name" varchar(64) not null,
      "city_id" int not null,
      primary key ("id")
    )`);
    this.addSql(`create index "counties_city_id_index" on "counties" ("city_id")`);
    this.addSql(`create table "communities" (
      "id" serial primary key,
      "name" varchar(64) not null,
      "city_id" int not null
    )`);
    this.addSql(`create index "communities_name_trgm" on "communities" using gin ("name" gin_trgm_ops)`);
    this.addSql(
      `alter table "communities" add constraint "communities_city_name_unique" unique ("city_id", "name")`,
    );
    this.addSql(`create table "users" (
      "id" serial primary key,
      "name" citext not null,
      "nickname" varchar(64) null,
      "phone" varchar(11) null,
      "email" citext null,
      "email_verified" boolean not null default false,
      "sex" smallint not null default 0,
      "birthday" date null,
      "bio" varchar(191) null,
      "location" varchar(191) null,
      "city_id" int null,
      "community_id" int null,
      "avatar_id" varchar(32) null,
      "external_avatar_url" varchar(500) null,
      "background_id" varchar(32) null,
      "status" smallint not null default 1,
      "abilities" text[] not null default '{}',
      "last_device_type" smallint not null default 0,
      "last_active_at" timestamptz not null default now(),
      "recommended_at" timestamptz null,
      "deleted_at" timestamptz null,
      "created_at" timestamptz not null default now(),
      "updated_at" timestamptz not null default now()
    )`);
    this.addSql(`alter table "users" add constraint "users_name_unique" unique ("name")`);
    this.addSql(`alter table "users" add constraint "users_phone_unique" unique ("phone")`);
    this.addSql(
      `create index "users_recommended_index" on "users" ("recommended_at" desc, "id" desc) where "recommended_at" is not null`,
    );
    this.addSql(
      `create index "users_active_index" on "users" ("last_active_at" desc, "id" desc) where "status" = 1`,
    );
    this.addSql(`create index "users_city_device_index" on "users" ("city_id", "last_device_type", "id")`);
    this.addSql(`create index "users_city_index" on "users" ("city_id", "id")`);
    this.addSql(`create index "users_email_index" on "users" ("email")`);
    this.addSql(
      `create unique index "users_email_verified_unique" on "users" ("email") where "email_verified"`,
    );
    this.addSql(`create index "users_name_trgm" on "users" using gin (("name"::text) gin_trgm_ops)`);
    this.addSql(`create table "sessions" (
      "id" serial primary key,
      "user_id" int not null,
      "token_hash" varchar(64) not null,
      "device_type" smallint not null default 0,
      "ip" varchar(45) not null,
      "source" varchar(64) not null,
      "user_agent" varchar(255) null,
      "created_at" timestamptz not null default now(),
      "last_seen_at" timestamptz not null default now(),
      "expires_at" timestamptz not null,
      "revoked_at" timestamptz null
    )`);
    this.addSql(`alter table "sessions" add constraint "sessions_token_hash_unique" unique ("token_hash")`);
    this.addSql(
      `create index "sessions_user_source_index" on "sessions" ("user_id", "source", "created_at")`,
    );
    this.addSql(`create table "security_events" (
      "id" bigserial primary key,
      "user_id" int not null,
      "kind" varchar(32) not null,
      "door" varchar(16) not null,
      "ip" varchar(45) not null,
      "created_at" timestamptz not null default now()
    )`);
    this.addSql(`create index "security_events_user_index" on "security_events" ("user_id", "id")`);
    this.addSql(`create table "images" (
      "id" varchar(32) not null,
      "key" varchar(80) not null,
      "owner_id" int null,
      "mime" varchar(32) not null,
      "size" int not null,
      "width" int not null,
      "height" int not null,
      "hash" varchar(64) not null,
      "created_at" timestamptz not null default now(),
      primary key ("id")
    )`);
    this.addSql(`alter table "images" add constraint "images_key_unique" unique ("key")`);
    this.addSql(`create index "images_owner_id_index" on "images" ("owner_id")`);
    this.addSql(`create table "default_photos" (
      "image_id" varchar(32) not null,
      "position" int not null default 0,
      primary key ("image_id")
    )`);
    this.addSql(`create table "identities" (
      "id" serial primary key,
      "user_id" int not null,
      "provider" varchar(16) not null,
      "subject" varchar(191) not null,
      "created_at" timestamptz not null default now()
    )`);
    this.addSql(`create index "identities_user_id_index" on "identities" ("user_id")`);
    this.addSql(
      `alter table "identities" add constraint "identities_provider_subject_unique" unique ("provider", "subject")`,
    );
    this.addSql(`create table "follows" (
      "follower_id" int not null,
      "followee_id" int not null,
      "created_at" timestamptz not null default now(),
      primary key ("follower_id", "followee_id")
    )`);
    this.addSql(`create index "follows_followee_index" on "follows" ("followee_id", "follower_id")`);
    this.addSql(
      `alter table "follows" add constraint "follows_not_self" check ("follower_id" <> "followee_id")`,
    );
    this.addSql(`create table "daily_incomes" (
      "user_id" int not null,
      "day" date not null,
      "amount" bigint not null default '0',
      primary key ("user_id", "day")
    )`);
    this.addSql(
      `create index "daily_incomes_day_index" on "daily_incomes" ("day", "user_id") include ("amount")`,
    );
    this.addSql(`create table "currency_orders" (
      "id" bigserial primary key,
      "user_id" int not null,
      "key" varchar(100) not null,
      "amount" bigint not null,
      "title" varchar(100) not null default '',
      "created_at" timestamptz not null default now()
    )`);
    this.addSql(`alter table "currency_orders" add constraint "currency_orders_key_unique" unique ("key")`);
    this.addSql(`create index "currency_orders_user_index" on "currency_orders" ("user_id", "id")`);
    this.addSql(`create table "currencies" (
      "user_id" int not null,
      "sum" bigint not null default '0',
      primary key ("user_id")
    )`);
    this.addSql(`create table "credentials" (
      "user_id" int not null,
      "password_hash" text not null,
      "updated_at" timestamptz not null default now(),
      primary key ("user_id")
    )`);
    this.addSql(`create table "addresses" (
      "id" serial primary key,
      "user_id" int not null,
      "alias" varchar(24) null,
      "name" varchar(24) not null,
      "phone" varchar(11) not null,
      "province" varchar(32) null,
      "city" varchar(32) null,
      "county" varchar(32) null,
      "detail" varchar(160) not null,
      "postcode" varchar(6) null,
      "is_default" boolean not null default false,
      "created_at" timestamptz not null default now(),
      "updated_at" timestamptz not null default now()
    )`);
    this.addSql(
      `create unique index "addresses_default_unique" on "addresses" ("user_id") where "is_default"`,
    );
    this.addSql(`create index "addresses_user_index" on "addresses" ("user_id", "id")`);
    this.addSql(`create table "user_extras" (
      "user_id" int not null,
      "likes_count" int not null default 0,
      "comments_count" int not null default 0,
      "followers_count" int not null default 0,
      "followings_count" int not null default 0,
      "be_reward_count" int not null default 0,
      "questions_count" int not null default 0,
      "answers_count" int not null default 0,
      "feeds_count" int not null default 0,
      "feed_topics_count" int not null default 0,
      "commodities_count" int not null default 0,
      "checkin_count" int not null default 0,
      "last_checkin_count" int not null default 0,
      "updated_at" timestamptz not null default now(),
      primary key ("user_id")
    )`);
    this.addSql(`create table "user_hobbies" (
      "user_id" int not null,
      "hobby_id" int not null,
      primary key ("user_id", "hobby_id")
    )`);
    this.addSql(`create index "user_hobbies_hobby_id_index" on "user_hobbies" ("hobby_id")`);
    this.addSql(`create table "verifications" (
      "user_id" int not null,
      "type" varchar(8) not null,
      "state" smallint not null default -1,
      "key_id" varchar(32) not null,
      "encrypted_real_name" text not null,
      "encrypted_id_number" text not null,
      "phone_number" varchar(11) not null,
      "description" varchar(191) null,
      "slogan" varchar(191) null,
      "organisation_name" varchar(191) null,
      "organisation_address" varchar(191) null,
      "front_image_id" varchar(32) null,
      "rear_image_id" varchar(32) null,
      "certificate_image_id" varchar(32) null,
      "created_at" timestamptz not null default now(),
      "updated_at" timestamptz not null default now(),
      primary key ("user_id")
    )`);
    this.addSql(`create index "verifications_state_index" on "verifications" ("state", "updated_at")`);
    this.addSql(`create table "vips" (
      "user_id" int not null,
      "level" varchar(32) not null,
      "name" varchar(64) not null,
      "end_time" timestamptz not null,
      primary key ("user_id")
    )`);
    this.addSql(`create table "wallets" (
      "user_id" int not null,
      "balance" bigint not null default '0',
      "total_income" bigint not null default '0',
      "total_expenses" bigint not null default '0',
      primary key ("user_id")
    )`);
    this.addSql(
      `alter table "cities" add constraint "cities_province_id_foreign" foreign key ("province_id") references "provinces" ("id")`,
    );
    this.addSql(
      `alter table "counties" add constraint "counties_city_id_foreign" foreign key ("city_id") references "cities" ("id")`,
    );
    this.addSql(
      `alter table "communities" add constraint "communities_city_id_foreign" foreign key ("city_id") references "cities" ("id")`,
    );
    this.addSql(
      `alter table "users" add constraint "users_city_id_foreign" foreign key ("city_id") references "cities" ("id") on delete set null`,
    );
    this.addSql(
      `alter table "users" add constraint "users_community_id_foreign" foreign key ("community_id") references "communities" ("id") on delete set null`,
    );
    this.addSql(
      `alter table "users" add constraint "users_avatar_id_foreign" foreign key ("avatar_id") references "images" ("id") on delete set null`,
    );
    this.addSql(
      `alter table "users" add constraint "users_background_id_foreign" foreign key ("background_id") references "images" ("id") on delete set null`,
    );
    this.addSql(
      `alter table "sessions" add constraint "sessions_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`,
    );
    this.addSql(
      `alter table "security_events" add constraint "security_events_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`,
    );
    this.addSql(
      `alter table "images" add constraint "images_owner_id_foreign" foreign key ("owner_id") references "users" ("id") on delete set null`,
    );
    this.addSql(
      `alter table "default_photos" add constraint "default_photos_image_id_foreign" foreign key ("image_id") references "images" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "identities" add constraint "identities_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`,
    );
    this.addSql(
      `alter table "follows" add constraint "follows_follower_id_foreign" foreign key ("follower_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "follows" add constraint "follows_followee_id_foreign" foreign key ("followee_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "daily_incomes" add constraint "daily_incomes_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`,
    );
    this.addSql(
      `alter table "currency_orders" add constraint "currency_orders_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`,
    );
    this.addSql(
      `alter table "currencies" add constraint "currencies_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "credentials" add constraint "credentials_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "addresses" add constraint "addresses_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`,
    );
    this.addSql(
      `alter table "user_extras" add constraint "user_extras_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "user_hobbies" add constraint "user_hobbies_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "user_hobbies" add constraint "user_hobbies_hobby_id_foreign" foreign key ("hobby_id") references "hobbies" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "verifications" add constraint "verifications_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "verifications" add constraint "verifications_front_image_id_foreign" foreign key ("front_image_id") references "images" ("id") on delete set null`,
    );
    this.addSql(
      `alter table "verifications" add constraint "verifications_rear_image_id_foreign" foreign key ("rear_image_id") references "images" ("id") on delete set null`,
    );
    this.addSql(
      `alter table "verifications" add constraint "verifications_certificate_image_id_foreign" foreign key ("certificate_image_id") references "images" ("id") on delete set null`,
    );
    this.addSql(
      `alter table "vips" add constraint "vips_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "wallets" add constraint "wallets_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade`,
    );
  }

  override down(): void {
    this.addSql(
      `drop table "app_releases", "banned_words", "blocked_ips", "hobbies", "open_apps", "provinces", "cities", "counties", "communities", "users", "sessions", "security_events", "images", "default_photos", "identities", "follows", "daily_incomes", "currency_orders", "currencies", "credentials", "addresses", "user_extras", "user_hobbies", "verifications", "vips", "wallets" cascade`,
    );
  }
}
