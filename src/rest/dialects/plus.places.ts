import { tables } from '../dialect.js';
import { decimal, text } from '../parameters.js';
import { answered, numericId } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import type { DivisionsQuery, PlusOperations, PopularCitiesQuery } from './plus.operations.js';
import { bounded, POSITION_MAX, pageOf, WINDOW } from './plus.values.js';

/** Cities to choose from, and people nearby. The older public edition's rows. */

const { row } = tables<PlusOperations, PlusFailure>();

/** The root of every tree; GB/T 2260 has no code for it, maps use this one. */
const COUNTRY = { id: 100_000, name: '中国', parent: null };

interface Division {
  readonly id: string;
  readonly name: string;
  readonly parent?: Division | null;
}

interface Tree {
  id: number;
  name: string;
  parent: Tree | null;
}

const treeOf = ({ id, name, parent }: Division): Tree => ({
  id: Number(id),
  name,
  parent: parent ? treeOf(parent) : COUNTRY,
});

/** A province and a municipality come with what they hold, for clients to list. */
const found = ({ children, ...division }: DivisionsQuery['divisions'][number]) => ({
  items: division.parent === null ? children.map(({ id, name }) => ({ id: Number(id), name })) : null,
  tree: treeOf(division),
});

/** `中国 四川省 成都市`; a municipality stands once. */
const titleOf = ({ name, province }: PopularCitiesQuery['popularCities'][number]): string =>
  [COUNTRY.name, ...(name === province ? [] : [province]), name].join(' ');

const COORDINATES = {
  longitude: decimal('经度').example('104.0668').required(),
  latitude: decimal('纬度').example('30.5728').required(),
};

export const PLACE_ROWS = [
  row({
    id: '位置',
    summary: '热门城市',
    methods: ['GET'],
    path: '/locations/hots',
    operation: 'PopularCities',
    result: ({ popularCities }) => popularCities.map(titleOf),
  }),
  row({
    id: '位置',
    summary: '按名称搜索省、市、区县',
    methods: ['GET'],
    path: '/locations/search',
    operation: 'Divisions',
    parameters: { name: text('地名').example('成都').lenient().default('') },
    variables: ({ name }) => ({ name }),
    result: ({ divisions }) => divisions.map(found),
  }),
  row({
    id: '附近的人',
    summary: '附近分享了位置的用户，由近到远',
    methods: ['GET'],
    path: '/around-amap',
    operation: 'NearbyUsers',
    session: true,
    parameters: {
      ...COORDINATES,
      radius: bounded('半径，米', 1, 50_000, 3_000).example('3000'),
      ...WINDOW,
      page: bounded('页数，没有 offset 时用于分页', 1, POSITION_MAX, 1).example('1'),
    },
    variables: ({ radius, limit, offset, page, ...from }) => ({
      from,
      radius,
      ...pageOf({ limit, offset: Math.min(offset || (page - 1) * limit, POSITION_MAX) }),
    }),
    result: ({ nearbyUsers }) =>
      answered(nearbyUsers).nodes.map(({ user, distance }) => ({ user_id: numericId(user.id), distance })),
  }),
  row({
    id: '附近的人',
    summary: '分享自己的位置',
    methods: ['POST'],
    path: '/around-amap',
    operation: 'SharePlace',
    session: true,
    status: 201,
    parameters: COORDINATES,
    variables: (input) => ({ input }),
    result: () => ({ message: '位置已更新' }),
  }),
  row({
    id: '附近的人',
    summary: '不再分享自己的位置',
    methods: ['DELETE'],
    path: '/around-amap',
    operation: 'HidePlace',
    session: true,
    status: 204,
  }),
];
