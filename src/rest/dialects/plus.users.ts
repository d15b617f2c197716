import { AppError } from '../../errors/app-error.js';
import { INTEGER_MAX } from '../../numbers.js';
import type { Data, Route } from '../dialect.js';
import type { Input } from '../input.js';
import { lenient } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import { clamped, ranked, rowId, user } from './plus.values.js';

/** Reading users, following them, and administering them: `plus.md` 获取用户信息 to 用户积分收入排名. */

/** Longer than any name: as a part of one it finds nothing. */
const LONGEST_SEARCH = 100;

const foundUser = ({ user: found }: Data) => {
  if (!found) throw new AppError('NOT_FOUND');
  return user(found);
};

const userList = ({ users }: Data) => users.nodes.map(user);

/** What any text column could hold; the rest is cut off. */
const searchText = (input: Input, name: string): string | undefined =>
  lenient(() => input.text(name))?.replaceAll('\0', '\uFFFD');

const window = (input: Input) => ({
  first: clamped(input, 'limit', 1, 50, 20),
  offset: clamped(input, 'offset', 0, 10_000, 0),
});

const keys = (text: string | undefined): string[] =>
  [...new Set((text ?? '').split(',').map((key) => key.trim()))].filter((key) => key !== '').slice(0, 100);

/** `fetch_by=username` takes whole names, `id` numbers; else `name` is a part of the name. */
function filterOf(input: Input) {
  if (lenient(() => input.int('active')) === 1) return { active: true };
  const name = searchText(input, 'name');
  const since = clamped(input, 'since', 0, INTEGER_MAX, 0);
  if (searchText(input, 'fetch_by') === 'username') {
    return { names: keys(name), since: since ? String(since) : undefined };
  }
  const ids = searchText(input, 'id');
  return {
    ids: ids === undefined ? undefined : keys(ids),
    nameContains: name?.slice(0, LONGEST_SEARCH),
    since: since ? String(since) : undefined,
  };
}

const follower = (input: Input, name: string) => lenient(() => input.int(name))?.toString();

export const USER_ROUTES: readonly Route<PlusFailure>[] = [
  {
    id: '获取指定用户',
    summary: '按用户名、邮箱、手机号码或用户 ID 获取用户',
    methods: ['GET'],
    path: '/users/:user',
    operation: 'UserByAccount',
    variables: (input) => ({
      account: input.required('user'),
      follower: follower(input, 'follower'),
      following: follower(input, 'following'),
    }),
    result: foundUser,
    errors: { INVALID_INPUT: { status: 404, shape: 'text', message: '内容不存在' } },
  },
  {
    id: '当前登录用户信息',
    summary: '获取自己的信息',
    methods: ['GET'],
    path: '/user',
    operation: 'Me',
    session: true,
    result: ({ me }) => user(me),
  },
  {
    id: '获取所有用户、活跃用户',
    summary: '用户列表；active=1 按活跃时间',
    methods: ['GET'],
    path: '/users',
    operation: 'Users',
    variables: (input) => ({
      ...window(input),
      filter: filterOf(input),
      order: searchText(input, 'order')?.toLowerCase() === 'asc' ? 'ID_ASC' : 'ID_DESC',
    }),
    result: userList,
  },
  {
    id: '推荐用户',
    summary: '管理员推荐的用户',
    methods: ['GET'],
    path: '/user/recommends',
    operation: 'Users',
    variables: (input) => ({ ...window(input), filter: { recommended: true } }),
    result: userList,
  },
  {
    id: '同城用户',
    summary: '与自己同城的用户',
    methods: ['GET'],
    path: '/user/nearby',
    operation: 'Users',
    session: true,
    variables: (input) => ({ ...window(input), filter: { nearby: true } }),
    result: userList,
  },
  {
    id: '用户积分收入排名',
    summary: '积分收入排行榜',
    methods: ['GET'],
    path: '/user/currency/income-rank',
    operation: 'IncomeRank',
    variables: (input) => ({
      days: clamped(input, 'days', 0, INTEGER_MAX, 0),
      city: searchText(input, 'city')?.slice(0, LONGEST_SEARCH),
      first: clamped(input, 'limit', 1, 1000, 100),
    }),
    result: ({ rank: { entries, mine } }) => ({
      rank_list: entries.map(ranked),
      ...(mine && { my_rank: ranked(mine) }),
    }),
  },
  {
    id: '关注用户',
    summary: '关注',
    methods: ['PUT'],
    path: '/user/followings/:id',
    operation: 'Follow',
    session: true,
    status: 204,
    variables: (input) => ({ userId: rowId(input, 'id') }),
    errors: { INVALID_INPUT: { status: 422, shape: 'list', message: '不能关注自己' } },
  },
  {
    id: '关注用户',
    summary: '取消关注',
    methods: ['DELETE'],
    path: '/user/followings/:id',
    operation: 'Unfollow',
    session: true,
    status: 204,
    variables: (input) => ({ userId: rowId(input, 'id') }),
    errors: { INVALID_INPUT: { status: 422, shape: 'list', message: '不能关注自己' } },
  },
  {
    id: '禁用用户',
    summary: '禁用用户（需要权限）',
    methods: ['PUT'],
    path: '/system/disabled/:user',
    operation: 'DisableUser',
    session: true,
    status: 204,
    variables: (input) => ({ id: rowId(input, 'user') }),
  },
  {
    id: '禁用用户',
    summary: '解除禁用（需要权限）',
    methods: ['DELETE'],
    path: '/system/disabled/:user',
    operation: 'EnableUser',
    session: true,
    status: 204,
    variables: (input) => ({ id: rowId(input, 'user') }),
  },
];
