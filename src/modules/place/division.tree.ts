import type { Divisions } from './place.index.js';
import { fullNamesOf, shortNameOf } from './place.names.js';

export type DivisionLevel = 'PROVINCE' | 'CITY' | 'COUNTY';

/** A province, city or county, and the divisions around it. A municipality (北京市) stands once, as its city. */
export interface Division {
  /** Its GB/T 2260 code. */
  id: number;
  name: string;
  level: DivisionLevel;
  /** Null for a province and a municipality. */
  parent: Division | null;
  /** By code; none in a county. */
  children: Division[];
}

/** The most that one division holds: there are 40 in 高雄市. */
export const CHILDREN_MAX = 60;

/** How well a name fits: the whole of it, its beginning, a part. */
const WHOLE = 0;
const BEGINNING = 1;
const PART = 2;
const NONE = 3;

/** Every way to write the name of a division in full, and without its kind. */
interface Named {
  division: Division;
  full: readonly string[];
  short: string | null;
}

function fitOf({ full, short }: Named, text: string): number {
  if (short === text || full.includes(text)) return WHOLE;
  if (full.some((name) => name.startsWith(text))) return BEGINNING;
  return full.some((name) => name.includes(text)) ? PART : NONE;
}

/** Provinces, cities and counties as a tree, to be searched by name. */
export class DivisionTree {
  /** Provinces first, then cities, then counties, each by code. */
  private readonly names: Named[] = [];

  constructor({ provinces, cities, counties }: Divisions) {
    const byProvince = new Map(
      provinces.map(({ id, name }) => [id, this.add({ id, name, level: 'PROVINCE' }, null)]),
    );
    const byCity = new Map(
      cities.map(({ id, name, provinceId }) => [
        id,
        this.add({ id, name, level: 'CITY' }, byProvince.get(provinceId) ?? null),
      ]),
    );
    for (const { id, name, cityId } of counties) {
      this.add({ id, name, level: 'COUNTY' }, byCity.get(cityId) ?? null);
    }
  }

  /** At most `limit` divisions that have the text in their name: those of exactly that name first, larger ones before smaller. */
  search(text: string, limit: number): Division[] {
    const wanted = text.normalize('NFKC').trim();
    if (wanted === '') return [];
    return this.names
      .map((named) => ({ named, fit: fitOf(named, wanted) }))
      .filter(({ fit }) => fit < NONE)
      .sort((one, other) => one.fit - other.fit)
      .slice(0, limit)
      .map(({ named }) => named.division);
  }

  private add(division: Pick<Division, 'id' | 'name' | 'level'>, parent: Division | null): Division {
    // A municipality is its province and its city: the city takes the place of both.
    if (division.level === 'CITY' && parent?.name === division.name) {
      parent.id = division.id;
      parent.level = division.level;
      return parent;
    }
    const added = { ...division, parent, children: [] };
    parent?.children.push(added);
    this.names.push({ division: added, full: fullNamesOf(added.name), short: shortNameOf(added.name) });
    return added;
  }
}
