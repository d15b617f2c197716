import type { Dialect } from '../dialect.js';
import { secret } from '../parameters.js';
import { ACCOUNT_ROWS } from './plus.account.js';
import { CERTIFICATION_ROWS } from './plus.certification.js';
import { MALFORMED, type PlusFailure, plusFailure } from './plus.failures.js';
import { FILE_ROWS } from './plus.files.js';
import { LIST_ROWS } from './plus.lists.js';
import { PEOPLE_ROWS } from './plus.people.js';
import { PLACE_ROWS } from './plus.places.js';
import { RECORD_ROWS } from './plus.records.js';
import { SOCIALITE_ROWS } from './plus.socialite.js';
import { STANDALONE_ROWS } from './plus.standalone.js';
import { TAG_ROWS } from './plus.tags.js';
import { USER_ROWS } from './plus.users.js';
import { externalFilesAsText, normalise, Redirect } from './plus.values.js';

const TOO_MANY: PlusFailure = { status: 429, shape: 'text', message: 'Too Many Attempts.' };

/** ThinkSNS+, `plus.md` and docs/decisions.md. */
export const plus: Dialect<PlusFailure> = {
  name: 'plus',
  title: 'ThinkSNS+',
  mounts: [
    {
      prefix: '/api/v2',
      rows: [
        ...USER_ROWS,
        ...LIST_ROWS,
        ...PEOPLE_ROWS,
        ...ACCOUNT_ROWS,
        ...SOCIALITE_ROWS,
        ...PLACE_ROWS,
        ...RECORD_ROWS,
        ...FILE_ROWS,
        ...CERTIFICATION_ROWS,
        ...TAG_ROWS,
        ...STANDALONE_ROWS,
      ],
    },
  ],
  document: new URL('./plus.graphql', import.meta.url),
  canShowCaptcha: false,
  token: { parameter: ['token', secret('登录令牌').lenient()] },
  normalise,
  success: (result, { status = 200 }, { config }) => {
    if (result instanceof Redirect) return { status: 302, headers: { location: result.url } };
    if (status === 204) return { status };
    return { status, body: config.PLUS_AVATAR === 'string' ? externalFilesAsText(result) : result };
  },
  failure: plusFailure,
  kinds: {
    input: { status: 422, shape: 'errors' },
    unauthenticated: { status: 401, shape: 'text', message: 'Unauthenticated.' },
    forbidden: { status: 403, shape: 'text', message: '你没有权限执行该操作' },
    not_found: { status: 404, shape: 'text', message: '内容不存在' },
    conflict: { status: 422, shape: 'field', message: '已经被使用' },
    credentials: { status: 422, shape: 'list', message: '账号或密码不正确' },
    code: { status: 422, shape: 'list', message: '验证码错误或者已失效' },
    captcha: TOO_MANY,
    locked: TOO_MANY,
    rate: TOO_MANY,
    provider: { status: 422, shape: 'list' },
    image: { status: 422, shape: 'list' },
    unavailable: { status: 503, shape: 'text' },
    internal: { status: 500, shape: 'text' },
  },
  codes: {
    ACCOUNT_DISABLED: { status: 403, shape: 'text' },
    ADDRESS_LIMIT: { status: 422, shape: 'list' },
    CODE_TOO_SOON: {
      status: 400,
      shape: 'text',
      message: ({ details }) => `验证码发送失败，还需要${details.retryAfter ?? 1}秒后才能获取`,
    },
    EMAIL_INVALID: { status: 422, shape: 'errors', message: MALFORMED.email },
    LAST_LOGIN_METHOD: { status: 422, shape: 'list' },
    NAME_INVALID: {
      status: 422,
      shape: 'errors',
      message: '用户名只能以非特殊字符和数字开头，不能包含特殊字符',
    },
    NAME_TAKEN: { status: 422, shape: 'field' },
    PHONE_INVALID: { status: 422, shape: 'errors', message: MALFORMED.phone },
    THIRD_PARTY_TAKEN: { status: 422, shape: 'list' },
    USER_BLOCKED: { status: 422, shape: 'list' },
    TAG_ATTACHED: { status: 422, shape: 'list' },
    TAG_NOT_ATTACHED: { status: 422, shape: 'list' },
    VERIFICATION_STATE: { status: 422, shape: 'list' },
  },
};
