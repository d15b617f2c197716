import type { EntityManager } from '@mikro-orm/postgresql';
import { readDivisions } from './divisions.js';

/**
 * Brings the divisions of the database up to those of the package. Writes only what differs, so that a start that
 * changes nothing costs three reads; what the package no longer lists stays, because users may live there.
 */
export async function seedDivisions(em: EntityManager): Promise<void> {
  const { provinces, cities, counties } = readDivisions();
  await em.execute(
    `insert into provinces (id, name)
     select id, name from json_to_recordset(?::json) as listed (id int, name text)
     except select id, name from provinces
     on conflict (id) do update set name = excluded.name`,
    [JSON.stringify(provinces)],
  );
  await em.execute(
    `insert into cities (id, name, province_id)
     select id, name, "provinceId" from json_to_recordset(?::json) as listed (id int, name text, "provinceId" int)
     except select id, name, province_id from cities
     on conflict (id) do update set name = excluded.name, province_id = excluded.province_id`,
    [JSON.stringify(cities)],
  );
  await em.execute(
    `insert into counties (id, name, city_id)
     select id, name, "cityId" from json_to_recordset(?::json) as listed (id int, name text, "cityId" int)
     except select id, name, city_id from counties
     on conflict (id) do update set name = excluded.name, city_id = excluded.city_id`,
    [JSON.stringify(counties)],
  );
}
