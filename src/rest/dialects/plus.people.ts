import { tables } from '../dialect.js';
import { text, userId, word } from '../parameters.js';
import { answered } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import type { PlusOperations } from './plus.operations.js';
import { pageOf, rowId, user, WINDOW } from './plus.values.js';

/** What the public clients of ThinkSNS+ do about other people, besides following them. */

const { row } = tables<PlusOperations, PlusFailure>();

const OTHER = { id: rowId(userId('用户 ID')) };

/** What the client has looked at. */
const SEEN = word(
  {
    following: 'followers',
    mutual: 'something else',
    liked: 'something else',
    commented: 'something else',
    system: 'something else',
  },
  '已读的类型；following 为新增粉丝，其余不变',
);

const done = () => ({ message: '操作成功' });

const REASON = '请填写举报理由，最多 255 个字符';

const BLOCKING_ONESELF: PlusFailure = { status: 422, shape: 'list', message: '不能拉黑自己' };

export const PEOPLE_ROWS = [
  row({
    id: '黑名单',
    summary: '自己拉黑的用户',
    methods: ['GET'],
    path: '/user/blacks',
    operation: 'BlockedUsers',
    session: true,
    parameters: WINDOW,
    variables: pageOf,
    result: ({ blockedUsers }) => answered(blockedUsers).nodes.map(user),
  }),
  row({
    id: '黑名单',
    summary: '拉黑用户，双方互相取消关注',
    methods: ['POST'],
    path: '/user/black/:id',
    operation: 'Block',
    session: true,
    status: 201,
    parameters: OTHER,
    variables: ({ id }) => ({ userId: id }),
    result: done,
    errors: { INVALID_INPUT: BLOCKING_ONESELF },
  }),
  row({
    id: '黑名单',
    summary: '取消拉黑',
    methods: ['DELETE'],
    path: '/user/black/:id',
    operation: 'Unblock',
    session: true,
    status: 204,
    parameters: OTHER,
    variables: ({ id }) => ({ userId: id }),
    errors: { INVALID_INPUT: BLOCKING_ONESELF },
  }),
  row({
    id: '举报用户',
    summary: '举报用户',
    methods: ['POST'],
    path: '/report/users/:id',
    operation: 'ReportUser',
    session: true,
    status: 201,
    parameters: { ...OTHER, reason: text('举报理由，最多 255 个字符').example('发布广告').required() },
    variables: ({ id, reason }) => ({ input: { userId: id, reason } }),
    fields: () => ({ userId: 'id' }),
    result: done,
    errors: {
      INVALID_INPUT: {
        status: 422,
        shape: 'errors',
        message: ({ details }) => (details.field === 'id' ? '不能举报自己' : REASON),
      },
    },
  }),
  row({
    id: '未读数',
    summary: '新增粉丝数；其余为 0',
    methods: ['GET'],
    path: '/user/counts',
    operation: 'NewFollowers',
    session: true,
    absent: 'UNAUTHENTICATED',
    result: ({ me }) =>
      me?.newFollowers && {
        user: {
          following: me.newFollowers.count,
          mutual: me.newFollowers.mutualCount,
          // Of feeds and notifications, which are not the gateway's.
          liked: 0,
          commented: 0,
          system: 0,
        },
      },
  }),
  row({
    id: '未读数',
    summary: '清零新增粉丝数',
    methods: ['PATCH'],
    path: '/user/counts',
    operation: 'MarkSeen',
    session: true,
    status: 204,
    parameters: { type: SEEN.required() },
    variables: ({ type }) => ({ followers: type === 'followers' }),
    errors: { INVALID_INPUT: { status: 422, shape: 'errors', message: '参数错误' } },
  }),
];
