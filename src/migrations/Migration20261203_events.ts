import { Migration } from '@mikro-orm/migrations';

/** The names of the fields that a change of one column is told by; two columns may be one field. */
const FIELDS = {
  name: ['name'],
  nickname: ['nickname'],
  sex: ['sex'],
  birthday: ['birthday'],
  bio: ['bio'],
  location: ['location'],
  city: ['city_id'],
  community: ['community_id'],
  avatar: ['avatar_id', 'external_avatar_url'],
  background: ['background_id'],
  abilities: ['abilities'],
};

const CHANGED = Object.entries(FIELDS)
  .map(([field, columns]) => {
    const differs = columns.map((column) => `new.${column} is distinct from old.${column}`).join(' or ');
    return `case when ${differs} then '${field}' end`;
  })
  .join(',\n            ');

const COLUMNS = [...Object.values(FIELDS).flat(), 'phone', 'email', 'email_verified', 'status', 'erased_at'];

/** Tables of what belongs to an account, and the field that it is of the account. */
const BELONGINGS = {
  user_hobbies: 'hobbies',
  user_tags: 'tags',
  addresses: 'addresses',
  identities: 'linkedProviders',
};

/** What happens to accounts, who is told, and what they have not got yet (docs/events.md). */
export class Migration20261203_events extends Migration {
  override up(): void {
    this.addSql(`create table "webhooks" (
      "id" serial primary key,
      "url" text not null,
      "types" text[] not null,
      "private" boolean not null default false,
      "key_id" varchar(32) not null,
      "encrypted_secret" text not null,
      "encrypted_old_secret" text null,
      "old_secret_until" timestamptz null,
      "created_at" timestamptz not null default now()
    )`);
    this.addSql(`create table "account_events" (
      "id" bigserial primary key,
      "user_id" int not null,
      "type" varchar(32) not null,
      "data" jsonb not null,
      "private" jsonb null,
      "transaction" xid8 not null default pg_current_xact_id(),
      "dispatched" boolean not null default false,
      "created_at" timestamptz not null default clock_timestamp()
    )`);
    this.addSql(`alter table "account_events" add constraint "account_events_user_id_foreign"
      foreign key ("user_id") references "users" ("id") on delete cascade`);
    this.addSql(
      `create index "account_events_user_index" on "account_events" ("user_id", "transaction", "type")`,
    );
    this.addSql(`create index "account_events_created_index" on "account_events" ("created_at")`);
    this.addSql(
      `create index "account_events_fresh_index" on "account_events" ("id") where not "dispatched"`,
    );
    this.addSql(`create table "webhook_deliveries" (
      "event_id" bigint not null,
      "webhook_id" int not null,
      "user_id" int not null,
      "attempts" int not null default 0,
      "next_try_at" timestamptz null,
      "give_up_at" timestamptz not null,
      "parked_at" timestamptz null,
      "last_error" varchar(40) null,
      primary key ("event_id", "webhook_id")
    )`);
    this.addSql(`alter table "webhook_deliveries" add constraint "webhook_deliveries_event_id_foreign"
      foreign key ("event_id") references "account_events" ("id") on update cascade on delete cascade`);
    this.addSql(`alter table "webhook_deliveries" add constraint "webhook_deliveries_webhook_id_foreign"
      foreign key ("webhook_id") references "webhooks" ("id") on update cascade on delete cascade`);
    this.addSql(`create index "webhook_deliveries_head_index" on "webhook_deliveries" ("webhook_id", "next_try_at")
      where "next_try_at" is not null`);
    this.addSql(`create index "webhook_deliveries_line_index" on "webhook_deliveries" ("webhook_id", "user_id", "event_id")
      where "parked_at" is null`);
    this.addSql(`create index "webhook_deliveries_parked_index" on "webhook_deliveries" ("webhook_id", "event_id")
      where "parked_at" is not null`);

    // Held until the transaction ends, alone or with others; any number would do that nobody else locks.
    this.addSql(`create function hold_lines(alone boolean) returns void language plpgsql as $$
      begin
        if alone then perform pg_advisory_xact_lock(8414003); else perform pg_advisory_xact_lock_shared(8414003); end if;
      end $$`);
    // Each statement in it sees what was committed before it began; as a function it is one message, with its plan kept.
    this.addSql(`create function settle_deliveries(hook int, outcomes json) returns setof bigint language plpgsql as $$
      begin
        perform hold_lines(false);
        return query with ended as (
          select * from json_to_recordset(outcomes) as tried ("eventId" bigint, "attempt" int, "error" text, "waitMs" float8)
        ), delivered as (
          delete from webhook_deliveries d using ended
          where d.webhook_id = hook and d.event_id = ended."eventId" and d.attempts = ended."attempt"
            and d.next_try_at is not null and ended."error" is null
          returning d.user_id
        ), failed as (
          update webhook_deliveries d set last_error = ended."error",
            next_try_at = case when d.give_up_at > now() then now() + ended."waitMs" * interval '1 millisecond' end,
            parked_at = case when d.give_up_at <= now() then now() end
          from ended
          where d.webhook_id = hook and d.event_id = ended."eventId" and d.attempts = ended."attempt"
            and d.next_try_at is not null and ended."error" is not null
          returning d.user_id, d.event_id, d.parked_at
        ), opened as (
          select user_id from delivered union select user_id from failed where parked_at is not null
        ), started as (
          update webhook_deliveries d set next_try_at = now()
          from opened cross join lateral (
            select held.event_id from webhook_deliveries held
            where held.webhook_id = hook and held.user_id = opened.user_id
              and held.parked_at is null and held.next_try_at is null
            order by held.event_id limit 1
          ) as next
          where d.webhook_id = hook and d.event_id = next.event_id
        ) select failed.event_id from failed where parked_at is not null;
      end $$`);
    // In PL/pgSQL, which keeps its plans: functions in SQL would be planned anew for each row.
    this.addSql(`create function event_wanted(type text, wanted text[]) returns boolean immutable language plpgsql as $$
      declare one text;
      begin
        foreach one in array wanted loop
          if one = type or (right(one, 1) = '*' and starts_with(type, left(one, -1))) then return true; end if;
        end loop;
        return false;
      end $$`);
    // Writes nothing where nobody wants it, and private values only where somebody is told them.
    this.addSql(`create function announce(account int, what text, details jsonb, secrets jsonb) returns void
      language plpgsql as $$
      begin
        insert into account_events (user_id, type, data, private)
        select account, what, details, case when bool_or(w.private) then secrets end
        from webhooks w where event_wanted(what, w.types) having count(*) > 0;
      end $$`);
    // Of one account and transaction there is one, and none beside its registration.
    this.addSql(`create function announce_update(account int, fields text[]) returns void language plpgsql as $$
      begin
        if exists (select 1 from account_events
          where user_id = account and transaction = pg_current_xact_id() and type = 'user.registered') then
          return;
        end if;
        update account_events set data = jsonb_build_object('changed', (
          select jsonb_agg(field order by field)
          from (select jsonb_array_elements_text(data -> 'changed') as field union select unnest(fields)) as all_fields
        )) where user_id = account and transaction = pg_current_xact_id() and type = 'user.updated';
        if not found then
          perform announce(account, 'user.updated', jsonb_build_object('changed', fields), null);
        end if;
      end $$`);

    this.addSql(`create function announce_new_users() returns trigger language plpgsql as $$
      begin
        if not exists (select 1 from webhooks) then return null; end if;
        perform announce(u.id, 'user.registered', '{}', jsonb_build_object('phone', u.phone, 'email', u.email))
        from changed_rows u order by u.id;
        perform announce(u.id, 'user.disabled', '{}', null) from changed_rows u where u.status = 2 order by u.id;
        return null;
      end $$`);
    this.addSql(`create trigger "users_inserted_event" after insert on "users"
      referencing new table as changed_rows for each statement execute function announce_new_users()`);
    this.addSql(`create function announce_user() returns trigger language plpgsql as $$
      declare changed text[];
      begin
        if not exists (select 1 from webhooks) then return null; end if;
        if new.erased_at is distinct from old.erased_at then
          perform announce(new.id, 'user.erased', '{}', null);
        end if;
        if new.status = 3 then
          if old.status <> 3 then perform announce(new.id, 'user.deleted', '{}', null); end if;
          return null;
        end if;
        if new.status <> old.status then
          perform announce(new.id, case new.status when 2 then 'user.disabled' else 'user.enabled' end, '{}', null);
        end if;
        if new.phone is distinct from old.phone then
          perform announce(new.id, 'user.phone_changed', '{"changed": ["phone"]}', jsonb_build_object('phone', new.phone));
        end if;
        changed := array_remove(array[
          case when new.email::text is distinct from old.email::text then 'email' end,
          case when new.email_verified <> old.email_verified then 'emailVerified' end
        ], null);
        if cardinality(changed) > 0 then
          perform announce(new.id, 'user.email_changed', jsonb_build_object('changed', changed),
            jsonb_build_object('email', new.email, 'email_verified', new.email_verified));
        end if;
        changed := array_remove(array[
            ${CHANGED}
        ], null);
        if cardinality(changed) > 0 then
          perform announce_update(new.id, array(select field from unnest(changed) as field order by field));
        end if;
        return null;
      end $$`);
    this.addSql(`create trigger "users_updated_event" after update of ${COLUMNS.join(', ')} on "users"
      for each row when (old.* is distinct from new.*) execute function announce_user()`);

    this.addSql(`create function announce_belongings() returns trigger language plpgsql as $$
      begin
        if not exists (select 1 from webhooks) then return null; end if;
        perform announce_update(u.id, array[tg_argv[0]]) from users u
        where u.id in (select user_id from changed_rows) and u.status <> 3;
        return null;
      end $$`);
    for (const [table, field] of Object.entries(BELONGINGS)) {
      for (const [event, rows] of [
        ['insert', 'new'],
        ['update', 'new'],
        ['delete', 'old'],
      ]) {
        this.addSql(`create trigger "${table}_${event}_event" after ${event} on "${table}"
          referencing ${rows} table as changed_rows for each statement
          execute function announce_belongings('${field}')`);
      }
    }

    // What was decided on is told as that, everything else as a change of the account.
    this.addSql(`create function announce_verification() returns trigger language plpgsql as $$
      declare account int := case tg_op when 'DELETE' then old.user_id else new.user_id end;
      declare decided int := case when tg_op = 'INSERT' or tg_op = 'UPDATE' and new.state <> old.state then new.state end;
      begin
        if not exists (select 1 from webhooks) or not exists (select 1 from users where id = account and status <> 3) then
          return null;
        end if;
        if decided in (0, 1) then
          perform announce(account, 'verification.reviewed',
            jsonb_build_object('state', case decided when 1 then 'PASSED' else 'REFUSED' end), null);
        else
          perform announce_update(account, array['verification']);
        end if;
        return null;
      end $$`);
    this.addSql(`create trigger "verifications_changed_event" after insert or update of "type", "state", "encrypted_real_name",
      "encrypted_id_number", "phone_number", "description", "slogan", "organisation_name", "organisation_address",
      "front_image_id", "rear_image_id", "certificate_image_id" or delete on "verifications"
      for each row execute function announce_verification()`);

    this.addSql(`create function announce_follows() returns trigger language plpgsql as $$
      begin
        if not exists (select 1 from webhooks) then return null; end if;
        perform announce(f.follower_id, tg_argv[0], jsonb_build_object('followee_id', f.followee_id::text), null)
        from changed_rows f join users u on u.id = f.follower_id order by f.follower_id, f.followee_id;
        return null;
      end $$`);
    this.addSql(`create trigger "follows_inserted_event" after insert on "follows"
      referencing new table as changed_rows for each statement execute function announce_follows('follow.created')`);
    this.addSql(`create trigger "follows_deleted_event" after delete on "follows"
      referencing old table as changed_rows for each statement execute function announce_follows('follow.deleted')`);
  }

  override down(): void {
    for (const name of ['deleted', 'inserted'])
      this.addSql(`drop trigger "follows_${name}_event" on "follows"`);
    this.addSql(`drop trigger "verifications_changed_event" on "verifications"`);
    for (const table of Object.keys(BELONGINGS)) {
      for (const event of ['insert', 'update', 'delete']) {
        this.addSql(`drop trigger "${table}_${event}_event" on "${table}"`);
      }
    }
    for (const name of ['updated', 'inserted']) this.addSql(`drop trigger "users_${name}_event" on "users"`);
    for (const name of ['follows', 'verification', 'belongings', 'user', 'new_users']) {
      this.addSql(`drop function announce_${name}()`);
    }
    this.addSql('drop function announce_update(int, text[])');
    this.addSql('drop function announce(int, text, jsonb, jsonb)');
    this.addSql('drop function event_wanted(text, text[])');
    this.addSql('drop function settle_deliveries(int, json)');
    this.addSql('drop function hold_lines(boolean)');
    this.addSql(`drop table "webhook_deliveries"`);
    this.addSql(`drop table "account_events"`);
    this.addSql(`drop table "webhooks"`);
  }
}
