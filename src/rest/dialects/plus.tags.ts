import { tables } from '../dialect.js';
import { int, userId } from '../parameters.js';
import { answered } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import type { PlusOperations } from './plus.operations.js';
import { pageOf, rowId, tag, user, WINDOW } from './plus.values.js';

/** Tags of the public clients of ThinkSNS+. */

const { row } = tables<PlusOperations, PlusFailure>();

const TAG = { id: rowId(int('标签的 ID')) };

export const TAG_ROWS = [
  row({
    id: '标签',
    summary: '所有标签，按分类',
    methods: ['GET'],
    path: '/tags',
    operation: 'TagCategories',
    result: ({ tagCategories }) =>
      tagCategories.map(({ tags, ...category }) => ({ ...tag(category), tags: tags.map(tag) })),
  }),
  row({
    id: '用户标签',
    summary: '自己的标签',
    methods: ['GET'],
    path: '/user/tags',
    operation: 'OwnTags',
    session: true,
    absent: 'UNAUTHENTICATED',
    result: ({ me }) => me?.tags.map(tag),
  }),
  row({
    id: '用户标签',
    summary: '指定用户的标签',
    methods: ['GET'],
    path: '/users/:id/tags',
    operation: 'UserTags',
    parameters: { id: rowId(userId('用户 ID')) },
    variables: ({ id }) => ({ id }),
    absent: 'NOT_FOUND',
    result: ({ user: found }) => found?.tags.map(tag),
  }),
  row({
    id: '用户标签',
    summary: '添加标签',
    methods: ['PUT'],
    path: '/user/tags/:id',
    operation: 'AttachTag',
    session: true,
    status: 204,
    parameters: TAG,
    variables: ({ id }) => ({ id }),
  }),
  row({
    id: '用户标签',
    summary: '移除标签',
    methods: ['DELETE'],
    path: '/user/tags/:id',
    operation: 'DetachTag',
    session: true,
    status: 204,
    parameters: TAG,
    variables: ({ id }) => ({ id }),
  }),
  row({
    id: '标签用户',
    summary: '与自己有相同标签的用户；未登录时为空',
    methods: ['GET'],
    path: '/user/find-by-tags',
    operation: 'UsersSharingTags',
    parameters: WINDOW,
    variables: pageOf,
    result: ({ usersSharingTags }) => answered(usersSharingTags).nodes.map(user),
  }),
];
