import { tables } from '../dialect.js';
import { list, secret, userId } from '../parameters.js';
import { answered } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import type {
  PlusListedUserFragment,
  PlusOperations,
  UserRankingBy,
  UserRankingQuery,
} from './plus.operations.js';
import { LONGEST_SEARCH, pageOf, rankedUser, rowId, search, user, WINDOW } from './plus.values.js';

/** Lists and rankings of users, and finding them by their numbers: docs/dialects/plus.md, Lists of users. */

const { row } = tables<PlusOperations, PlusFailure>();

const OF_USER = { id: rowId(userId('用户 ID')), ...WINDOW };

/** Null for an account that is none, or has no lists. */
const usersOf = (page: { nodes: readonly PlusListedUserFragment[] } | null | undefined) =>
  page?.nodes.map(user);

/** A ranking by one counter. */
const ranking = (path: string, id: string, by: UserRankingBy) =>
  row({
    id,
    summary: id,
    methods: ['GET'],
    path,
    operation: 'UserRanking',
    parameters: WINDOW,
    variables: (window) => ({ by, ...pageOf(window) }),
    result: ({ userRanking }: UserRankingQuery) =>
      userRanking.entries.map(({ user: holder, position, count }) => rankedUser(holder, position, count)),
  });

export const LIST_ROWS = [
  row({
    id: '用户的粉丝',
    summary: '指定用户的粉丝',
    methods: ['GET'],
    path: '/users/:id/followers',
    operation: 'UserFollowers',
    parameters: OF_USER,
    variables: ({ id, ...window }) => ({ id, ...pageOf(window) }),
    absent: 'NOT_FOUND',
    result: ({ user: found }) => usersOf(found?.followers),
  }),
  row({
    id: '用户的关注',
    summary: '指定用户关注的用户',
    methods: ['GET'],
    path: '/users/:id/followings',
    operation: 'UserFollowings',
    parameters: OF_USER,
    variables: ({ id, ...window }) => ({ id, ...pageOf(window) }),
    absent: 'NOT_FOUND',
    result: ({ user: found }) => usersOf(found?.followings),
  }),
  row({
    id: '用户的粉丝',
    summary: '自己的粉丝',
    methods: ['GET'],
    path: '/user/followers',
    operation: 'Followers',
    session: true,
    parameters: WINDOW,
    variables: pageOf,
    absent: 'UNAUTHENTICATED',
    result: ({ me }) => usersOf(me?.followers),
  }),
  row({
    id: '用户的关注',
    summary: '自己关注的用户',
    methods: ['GET'],
    path: '/user/followings',
    operation: 'Followings',
    session: true,
    parameters: WINDOW,
    variables: pageOf,
    absent: 'UNAUTHENTICATED',
    result: ({ me }) => usersOf(me?.followings),
  }),
  row({
    id: '相互关注的用户',
    summary: '与自己相互关注的用户',
    methods: ['GET'],
    path: '/user/follow-mutual',
    operation: 'MutualFollowings',
    session: true,
    parameters: WINDOW,
    variables: pageOf,
    absent: 'UNAUTHENTICATED',
    result: ({ me }) => usersOf(me?.mutualFollowings),
  }),
  row({
    id: '热门用户',
    summary: '粉丝最多的用户',
    methods: ['GET'],
    path: '/user/populars',
    operation: 'UserRanking',
    parameters: WINDOW,
    variables: (window) => ({ by: 'FOLLOWERS', ...pageOf(window) }),
    result: ({ userRanking }) => userRanking.entries.map(({ user: holder }) => user(holder)),
  }),
  row({
    id: '最新用户',
    summary: '最新注册的用户',
    methods: ['GET'],
    path: '/user/latests',
    operation: 'Users',
    parameters: WINDOW,
    variables: pageOf,
    result: ({ users }) => usersOf(users),
  }),
  row({
    id: '搜索用户',
    summary: '按名称搜索用户；没有关键字时为推荐用户',
    methods: ['GET'],
    path: '/user/search',
    operation: 'Users',
    parameters: { keyword: search('名称的一部分').example('小明'), ...WINDOW },
    variables: ({ keyword, ...window }) => ({
      ...pageOf(window),
      filter: keyword ? { nameContains: keyword.slice(0, LONGEST_SEARCH) } : { recommended: true },
    }),
    result: ({ users }) => usersOf(users),
  }),
  row({
    id: '通讯录用户',
    summary: '按手机号码查找用户',
    methods: ['POST'],
    path: '/user/find-by-phone',
    operation: 'UsersByPhones',
    parameters: { phones: list(secret('手机号码').example('13812345678'), 100) },
    variables: ({ phones }) => ({ phones }),
    result: ({ usersByPhones }) =>
      answered(usersByPhones).map(({ phone, user: found }) => ({ ...user(found), mobi: phone })),
  }),
  ranking('/ranks/followers', '粉丝排行榜', 'FOLLOWERS'),
  ranking('/ranks/balance', '财富排行榜', 'POINTS'),
  ranking('/ranks/income', '收入排行榜', 'INCOME'),
  ranking('/checkin-ranks', '签到排行榜', 'CHECKIN_STREAK'),
  ranking('/question-ranks/experts', '问答专家排行榜', 'ANSWERS'),
  ranking('/question-ranks/likes', '回答点赞排行榜', 'LIKES'),
];
