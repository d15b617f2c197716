import { tables } from '../dialect.js';
import type { PlusFailure } from './plus.failures.js';
import type { PlusOperations } from './plus.operations.js';

/** What clients of ThinkSNS+ ask at their start of servers that are not there: nothing of each kind. */

const { row } = tables<PlusOperations, PlusFailure>();

const NONE_UNREAD = { badge: 0, last_created_at: null, preview_users_names: [] };

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/feeds': { feeds: [], pinned: [] },
  '/user/notification-statistics': {
    at: NONE_UNREAD,
    comment: NONE_UNREAD,
    like: NONE_UNREAD,
    system: NONE_UNREAD,
    follow: NONE_UNREAD,
  },
  '/user/unread-count': {},
  '/advertisingspace': [],
  '/news/cates': { my_cates: [], more_cates: [] },
};

export const STANDALONE_ROWS = Object.entries(ANSWERS).map(([path, answer]) =>
  row({
    id: '其他服务',
    summary: '不属于网关的内容，没有旧服务器时为空',
    methods: ['GET'],
    path,
    operation: 'Nothing',
    standalone: true,
    result: () => answer,
  }),
);
