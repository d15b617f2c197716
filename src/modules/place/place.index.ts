import type { City } from './city.entity.js';
import type { County } from './county.entity.js';
import { fullNamesOf, isGeneric, isStreetAt, shortNameOf } from './place.names.js';
import type { Province } from './province.entity.js';

export interface Divisions {
  provinces: Province[];
  cities: City[];
  counties: County[];
}

/** One place that a name can stand for. */
interface Meaning {
  /** Counties are so many that their names need more care; cities under no prefecture (仙桃市) are like them. */
  level: 'province' | 'city' | 'county';
  /** True when the name was written with its kind. */
  full: boolean;
  generic: boolean;
  provinceId: number;
  /** Null for a province that is not itself a city. */
  cityId: number | null;
}

/** The place recognised so far. */
interface Context {
  provinceId: number;
  cityId: number | null;
}

interface Match {
  name: string;
  meanings: Meaning[];
}

/** A city directly under its province without being a prefecture; its code does not end in 00. */
const isCountyLevel = (city: City): boolean => city.id % 100 !== 0;

/** Provinces, cities and counties by name, in memory: about 4,000 of them. */
export class PlaceIndex {
  private readonly meanings = new Map<string, Meaning[]>();
  private readonly cityIds = new Map<string, number>();
  private readonly provinces: ReadonlyMap<number, Province>;
  private readonly cities: ReadonlyMap<number, City>;
  private longest = 0;

  constructor(readonly divisions: Divisions) {
    const { provinces, cities, counties } = divisions;
    this.provinces = new Map(provinces.map((province) => [province.id, province]));
    this.cities = new Map(cities.map((city) => [city.id, city]));
    for (const { id, name } of provinces) {
      const municipality = cities.find((city) => city.provinceId === id && city.name === name);
      this.add(name, { level: 'province', provinceId: id, cityId: municipality?.id ?? null });
    }
    for (const city of cities) {
      const level = isCountyLevel(city) ? 'county' : 'city';
      this.add(city.name, { level, provinceId: city.provinceId, cityId: city.id });
      this.nameCity(city);
    }
    for (const { name, cityId } of counties) {
      this.add(name, { level: 'county', provinceId: this.cities.get(cityId)?.provinceId ?? 0, cityId });
    }
  }

  /**
   * The city that a text such as "四川省 成都市" names: that of its last place name. Null for a
   * province alone and for texts without a place. Names that several places share (朝阳区) count only within a
   * province or city named before them.
   */
  cityOf(location: string): number | null {
    let context: Context | null = null;
    for (const word of location.normalize('NFKC').split(/[^\p{L}\p{N}]+/u)) {
      context = this.readWord(word, context);
    }
    return context?.cityId ?? null;
  }

  /** The city of exactly this name, with or without its kind: 成都市, 成都. */
  cityByName(name: string): number | null {
    return this.cityIds.get(name.trim()) ?? null;
  }

  /** A city by its code. */
  city(id: number): City | null {
    return this.cities.get(id) ?? null;
  }

  provinceOf(city: City): Province | null {
    return this.provinces.get(city.provinceId) ?? null;
  }

  /** The cities of a province by its name, with or without its kind, or its code; all of them without one. */
  citiesOf(province?: string | null): City[] {
    if (province === undefined || province === null) return this.divisions.cities;
    const wanted = province.trim();
    const found = this.divisions.provinces.find(
      ({ id, name }) => wanted === name || wanted === shortNameOf(name) || wanted === String(id),
    );
    return found ? this.divisions.cities.filter((city) => city.provinceId === found.id) : [];
  }

  private readWord(word: string, before: Context | null): Context | null {
    let context = before;
    for (let at = 0; at < word.length; ) {
      const match = this.longestAt(word, at);
      if (!match) {
        at++;
        continue;
      }
      const end = at + match.name.length;
      const next = this.longestAt(word, end);
      // In 上海南京饭店 and 杭州 阿里巴巴 the second short name is a part of something else, in 上海南京路 of a street.
      const partOfOther = context?.cityId && (at > 0 || (end < word.length && !next));
      const loose = !partOfOther && (next !== null || !isStreetAt(word, end));
      context = choose(match.meanings, context, { loose, whole: match.name === word });
      at = end;
    }
    return context;
  }

  private longestAt(word: string, at: number): Match | null {
    for (let length = Math.min(this.longest, word.length - at); length > 1; length--) {
      const name = word.slice(at, at + length);
      const meanings = this.meanings.get(name);
      if (meanings) return { name, meanings };
    }
    return null;
  }

  private add(name: string, place: Pick<Meaning, 'level' | 'provinceId' | 'cityId'>): void {
    const generic = isGeneric(name);
    for (const full of fullNamesOf(name)) this.addMeaning(full, { ...place, generic, full: true });
    const short = shortNameOf(name);
    if (short) this.addMeaning(short, { ...place, generic, full: false });
  }

  private addMeaning(name: string, meaning: Meaning): void {
    const meanings = this.meanings.get(name) ?? [];
    meanings.push(meaning);
    this.meanings.set(name, meanings);
    this.longest = Math.max(this.longest, name.length);
  }

  private nameCity({ id, name }: City): void {
    for (const full of fullNamesOf(name)) this.cityIds.set(full, id);
    const short = shortNameOf(name);
    if (short && !this.cityIds.has(short)) this.cityIds.set(short, id);
  }
}

/** The meaning of a name after those read before it; the context unchanged when it means nothing. */
function choose(
  meanings: readonly Meaning[],
  context: Context | null,
  { loose, whole }: { loose: boolean; whole: boolean },
): Context | null {
  const within = meanings.find((meaning) => isWithin(meaning, context));
  if (within) return within;
  // 成都市 四川省: the province of a city that is already known says nothing new.
  if (meanings.some(({ level, provinceId }) => level === 'province' && provinceId === context?.provinceId)) {
    return context;
  }
  const ranked: (Meaning | undefined)[] = [
    meanings.find(({ level, full }) => full && level === 'province'),
    meanings.find(({ level, full }) => full && level === 'city'),
    loose ? meanings.find(({ level }) => level === 'province') : undefined,
    loose ? meanings.find(({ level }) => level === 'city') : undefined,
    uniqueCounty(meanings, whole),
  ];
  return ranked.find((meaning) => meaning !== undefined) ?? context;
}

/** True when the place lies in the one named before it. */
function isWithin(meaning: Meaning, context: Context | null): boolean {
  if (!context || meaning.level === 'province') return false;
  return context.cityId === null
    ? meaning.provinceId === context.provinceId
    : meaning.cityId === context.cityId;
}

/** A county that no other place shares its name with; without its kind only where it is the whole word (昆山). */
function uniqueCounty(meanings: readonly Meaning[], whole: boolean): Meaning | undefined {
  const [only, ...others] = meanings;
  return only && others.length === 0 && !only.generic && (only.full || whole) ? only : undefined;
}
