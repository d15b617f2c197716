import { areaList } from '@vant/area-data';
import type { Divisions } from '../modules/place/place.index.js';

/** 省直辖县, 自治区直辖县级行政区划: stands for "no city"; what lies in it is its own city here. */
const NO_CITY = /直辖县/;
/** 县 under 重庆市: the code table's entry for its counties, which belong to the one city of the municipality. */
const COUNTIES_OF_MUNICIPALITY = '县';

const entriesOf = (list: Record<string, string>): [number, string][] =>
  Object.entries(list).map(([code, name]) => [Number(code), name]);

const provinceOf = (code: number): number => Math.floor(code / 10_000) * 10_000;
const cityOf = (code: number): number => Math.floor(code / 100) * 100;

/**
 * The divisions of GB/T 2260 as a tree without gaps: every county lies in a city, every city in a province. The codes
 * are the package's; only the placeholders of the code table are resolved.
 */
export function readDivisions(): Divisions {
  const codes = entriesOf(areaList.city_list);
  const isPlaceholder = (name: string) => NO_CITY.test(name) || name === COUNTIES_OF_MUNICIPALITY;
  const placeholders = new Map(codes.filter(([, name]) => isPlaceholder(name)));

  const cities = codes
    .filter(([id]) => !placeholders.has(id))
    .map(([id, name]) => ({ id, name, provinceId: provinceOf(id) }));
  const counties: Divisions['counties'] = [];
  for (const [id, name] of entriesOf(areaList.county_list)) {
    const placeholder = placeholders.get(cityOf(id));
    if (placeholder === undefined) counties.push({ id, name, cityId: cityOf(id) });
    else if (NO_CITY.test(placeholder)) cities.push({ id, name, provinceId: provinceOf(id) });
    else counties.push({ id, name, cityId: provinceOf(id) + 100 });
  }
  return {
    provinces: entriesOf(areaList.province_list).map(([id, name]) => ({ id, name })),
    cities,
    counties,
  };
}
