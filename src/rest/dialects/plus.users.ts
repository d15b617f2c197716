import { INTEGER_MAX } from '../../numbers.js';
import { tables } from '../dialect.js';
import { int, secret, text, userId, type Values } from '../parameters.js';
import { answered } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import type { PlusOperations, UserFilter, UsersQuery } from './plus.operations.js';
import { bounded, LONGEST_SEARCH, pageOf, ranked, rowId, search, user, windowOf } from './plus.values.js';

/** Reading users, following them, and administering them: `plus.md` 获取用户信息 to 用户积分收入排名. */

const { row } = tables<PlusOperations, PlusFailure>();

/** The first 100 distinct keys of a list with commas. */
const keys = (list: string): string[] =>
  [...new Set(list.split(',').map((key) => key.trim()))].filter((key) => key !== '').slice(0, 100);

const WINDOW = windowOf(20);

const FILTERS = {
  since: userId('上次请求的最后一条的 id')
    .naming('position')
    .example('100')
    .refine((id) => id > 0)
    .transform((id) => String(Math.min(id, INTEGER_MAX)))
    .lenient(),
  name: search('名称').example('小明'),
  fetch_by: search('获取数据的方式').values('id', 'username'),
  id: search('ID；可用 , 拼接多个').holding('user id').naming('ids').example('1').transform(keys),
  active: int('1 为活跃用户').example('0').lenient(),
};

/** `fetch_by=username` takes whole names, `id` numbers; else `name` is a part of the name. */
function filterOf({ since, name, fetch_by, id, active }: Values<typeof FILTERS>): UserFilter {
  if (active === 1) return { active: true };
  return fetch_by === 'username'
    ? { names: keys(name ?? ''), since }
    : { ids: id, nameContains: name?.slice(0, LONGEST_SEARCH), since };
}

const ORDER = text('排序方式')
  .values('desc', 'asc')
  .lenient()
  .transform((order) => (order.toLowerCase() === 'asc' ? 'ID_ASC' : 'ID_DESC'))
  .default('ID_DESC');

const userList = ({ users }: UsersQuery) => answered(users).nodes.map(user);

const relative = (meaning: string) => userId(meaning).example('2').lenient().transform(String);

const FOLLOWED = { id: rowId(userId('用户 ID')) };
const ADMINISTERED = { user: rowId(userId('用户 ID')) };

const FOLLOWING_ONESELF: PlusFailure = { status: 422, shape: 'list', message: '不能关注自己' };

export const USER_ROWS = [
  row({
    id: '获取指定用户',
    summary: '按用户名、邮箱、手机号码或用户 ID 获取用户',
    methods: ['GET'],
    path: '/users/:user',
    operation: 'UserByAccount',
    parameters: {
      user: secret('用户名、邮箱、手机号码或用户 ID').naming('any').example('1').required(),
      follower: relative('检查请求用户是否被某个用户关注，默认为当前登录用户'),
      following: relative('检查请求用户是否关注了指定的用户，默认为当前登录用户'),
    },
    variables: ({ user: account, follower, following }) => ({ account, follower, following }),
    absent: 'NOT_FOUND',
    result: ({ user: found }) => found && user(found),
    errors: { INVALID_INPUT: { status: 404, shape: 'text', message: '内容不存在' } },
  }),
  row({
    id: '当前登录用户信息',
    summary: '获取自己的信息',
    methods: ['GET'],
    path: '/user',
    operation: 'Me',
    session: true,
    absent: 'UNAUTHENTICATED',
    result: ({ me }) => me && user(me),
  }),
  row({
    id: '获取所有用户、活跃用户',
    summary: '用户列表；active=1 按活跃时间',
    methods: ['GET'],
    path: '/users',
    operation: 'Users',
    parameters: { ...WINDOW, order: ORDER, ...FILTERS },
    variables: ({ limit, offset, order, ...filters }) => ({
      ...pageOf({ limit, offset }),
      filter: filterOf(filters),
      order,
    }),
    result: userList,
  }),
  row({
    id: '推荐用户',
    summary: '管理员推荐的用户',
    methods: ['GET'],
    path: '/user/recommends',
    operation: 'Users',
    parameters: WINDOW,
    variables: (window) => ({ ...pageOf(window), filter: { recommended: true } }),
    result: userList,
  }),
  row({
    id: '同城用户',
    summary: '与自己同城的用户',
    methods: ['GET'],
    path: '/user/nearby',
    operation: 'Users',
    session: true,
    parameters: WINDOW,
    variables: (window) => ({ ...pageOf(window), filter: { nearby: true } }),
    result: userList,
  }),
  row({
    id: '用户积分收入排名',
    summary: '积分收入排行榜',
    methods: ['GET'],
    path: '/user/currency/income-rank',
    operation: 'IncomeRank',
    parameters: {
      days: bounded('最近多少天', 0, INTEGER_MAX, 0).example('7'),
      city: search('地区').example('成都'),
      limit: bounded('获取的数据量', 1, 1000, 100).example('20'),
    },
    variables: ({ days, city, limit }) => ({ days, city: city?.slice(0, LONGEST_SEARCH), first: limit }),
    result: ({ rank: { entries, mine } }) => ({
      rank_list: entries.map(ranked),
      ...(mine && { my_rank: ranked(mine) }),
    }),
  }),
  row({
    id: '关注用户',
    summary: '关注',
    methods: ['PUT'],
    path: '/user/followings/:id',
    operation: 'Follow',
    session: true,
    status: 204,
    parameters: FOLLOWED,
    variables: ({ id }) => ({ userId: id }),
    errors: { INVALID_INPUT: FOLLOWING_ONESELF },
  }),
  row({
    id: '关注用户',
    summary: '取消关注',
    methods: ['DELETE'],
    path: '/user/followings/:id',
    operation: 'Unfollow',
    session: true,
    status: 204,
    parameters: FOLLOWED,
    variables: ({ id }) => ({ userId: id }),
    errors: { INVALID_INPUT: FOLLOWING_ONESELF },
  }),
  row({
    id: '禁用用户',
    summary: '禁用用户（需要权限）',
    methods: ['PUT'],
    path: '/system/disabled/:user',
    operation: 'DisableUser',
    session: true,
    status: 204,
    parameters: ADMINISTERED,
    variables: ({ user: id }) => ({ id }),
  }),
  row({
    id: '禁用用户',
    summary: '解除禁用（需要权限）',
    methods: ['DELETE'],
    path: '/system/disabled/:user',
    operation: 'EnableUser',
    session: true,
    status: 204,
    parameters: ADMINISTERED,
    variables: ({ user: id }) => ({ id }),
  }),
];
