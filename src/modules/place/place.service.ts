import type { DatabaseContext, RequestContext } from '../../context.js';
import { type Page, type PageInput, toPageById, windowOf } from '../../paging.js';
import type { City } from './city.entity.js';
import type { Community } from './community.entity.js';
import { type Division, DivisionTree } from './division.tree.js';
import { PlaceIndex } from './place.index.js';
import { findDivisions, listCommunities } from './place.repository.js';

/** More than there are: 371 in the GB/T 2260 list that is used. */
export const CITIES_MAX = 400;

/** A search for divisions finds so many. */
export const FOUND_DIVISIONS_MAX = 20;

/** The cities that a client offers before anything is typed: 北京, 上海, 广州, 深圳, 成都, and so on by their codes. */
const POPULAR_CITIES: readonly number[] = [
  110100, 310100, 440100, 440300, 510100, 330100, 500100, 420100, 610100, 320500, 320100, 120100, 430100,
  410100, 370200,
];
export const POPULAR_CITIES_MAX = POPULAR_CITIES.length;

/** Provinces, cities, counties and housing estates. */
export class PlaceService {
  private index: PlaceIndex | null = null;
  private loading: Promise<PlaceIndex> | null = null;
  private tree: DivisionTree | null = null;

  /** The city a free text names, by {@link PlaceIndex.cityOf}. */
  async cityOfLocation(ctx: DatabaseContext, location: string): Promise<number | null> {
    return (await this.places(ctx)).cityOf(location);
  }

  /** The city of exactly this name, with or without its kind (成都市, 成都); null when unknown. */
  async cityByName(ctx: DatabaseContext, name: string): Promise<number | null> {
    return (await this.places(ctx)).cityByName(name);
  }

  /** Asked for with nearly every user, so it does not wait for what is already here. */
  city(ctx: DatabaseContext, id: number): City | null | Promise<City | null> {
    return this.index ? this.index.city(id) : this.places(ctx).then((places) => places.city(id));
  }

  /** The cities of a province, given by name or code; all of them without one, none of an unknown one. */
  async cities(ctx: RequestContext, province?: string | null): Promise<City[]> {
    return (await this.places(ctx)).citiesOf(province);
  }

  /** The cities that are offered before anything is typed. */
  async popularCities(ctx: RequestContext): Promise<City[]> {
    const places = await this.places(ctx);
    return POPULAR_CITIES.flatMap((id) => places.city(id) ?? []);
  }

  /** The divisions with a text in their name, the best first. */
  async searchDivisions(ctx: RequestContext, name: string): Promise<Division[]> {
    const { divisions } = await this.places(ctx);
    this.tree ??= new DivisionTree(divisions);
    return this.tree.search(name, FOUND_DIVISIONS_MAX);
  }

  /** The full name of the province a city lies in; likewise. */
  provinceName(ctx: RequestContext, city: City): string | Promise<string> {
    const nameIn = (places: PlaceIndex) => places.provinceOf(city)?.name ?? '';
    return this.index ? nameIn(this.index) : this.places(ctx).then(nameIn);
  }

  /** The communities of a city, optionally those with `name` as a part of theirs. */
  async communities(
    ctx: RequestContext,
    cityId: number,
    name: string | null | undefined,
    page: PageInput,
  ): Promise<Page<Community>> {
    const window = windowOf(page);
    return toPageById(await listCommunities(ctx.em, { cityId, name: name?.trim() }, window), window);
  }

  /** All of them, read once: divisions change with a release of the gateway only. */
  async places(ctx: DatabaseContext): Promise<PlaceIndex> {
    if (this.index) return this.index;
    this.loading ??= findDivisions(ctx.em).then((divisions) => new PlaceIndex(divisions));
    try {
      this.index = await this.loading;
      return this.index;
    } finally {
      this.loading = null;
    }
  }
}
