import type { AppError } from '../../errors/app-error.js';
import { messageOf } from '../../errors/app-error.js';
import type { ErrorCode } from '../../errors/codes.js';
import { type Dialect, type Row, statusBesideBody } from '../dialect.js';
import { secret } from '../parameters.js';
import { LOGIN, ROWS } from './account.rows.js';

/** Log-in alone answers numbers (`account.md` 3.1), its errors too; an unknown URL goes with the others. */
const answersInNumbers = (row: Row | undefined): boolean => row?.id === LOGIN;

/** The account module, `account.md` and docs/decisions.md. */
export const account: Dialect<number> = {
  name: 'account',
  title: '用户模块',
  mounts: [{ prefix: '/user', rows: ROWS }],
  document: new URL('./account.graphql', import.meta.url),
  canShowCaptcha: false,
  token: { parameter: ['token', secret('登录令牌').lenient()] },
  success: (data, row) => ({
    status: 200,
    body: answersInNumbers(row)
      ? { code: 1000, msg: 'succ', data }
      : { code: '000000', msg: 'success', data },
  }),
  failure: (error, number, row) => ({
    status: statusBesideBody(error),
    body: {
      code: answersInNumbers(row) ? number : String(number),
      msg: textOf(error, number),
      data: {},
    },
  }),
  kinds: {
    input: 1001,
    unauthenticated: 1002,
    forbidden: 1001,
    not_found: 1001,
    conflict: 1001,
    code: 3200,
    credentials: 3100,
    captcha: 3101,
    locked: 3101,
    rate: 1010,
    provider: 3100,
    image: 3300,
    unavailable: 1099,
    internal: 1099,
  },
  codes: {
    PASSWORD_WEAK: 3202,
    IMAGE_TOO_LARGE: 3301,
    IMAGE_TOO_SMALL: 3302,
    PHONE_TAKEN: 3400,
    EMAIL_TAKEN: 3401,
  },
};

/** The texts of the numbers, as `account.md` and docs/decisions.md word them. */
const MESSAGES: Readonly<Record<number, string>> = {
  1001: '参数错误',
  1002: '未登录',
  1010: '操作过于频繁',
  1099: '系统错误',
  3100: '账号或密码错误',
  3101: '账号已锁定',
  3200: '验证码错误',
  3201: '手机号输入有误',
  3202: '密码不符合规则',
  3203: '系统错误',
  3300: '图片格式不正确',
  3301: '图片过大',
  3302: '图片过小',
  3400: '手机号已注册',
  3401: '邮箱已被占用',
};

/** Failures that the text of their number would misreport say themselves what they are. */
const OWN_WORDS: Readonly<Record<number, readonly ErrorCode[]>> = {
  1001: ['EMAIL_INVALID', 'LAST_LOGIN_METHOD', 'NAME_BANNED', 'PHONE_INVALID'],
  3100: ['THIRD_PARTY_DISABLED', 'THIRD_PARTY_REJECTED', 'THIRD_PARTY_UNAVAILABLE'],
  3101: ['IP_BLOCKED'],
  3201: ['PHONE_TAKEN'],
  3203: ['IP_BLOCKED'],
};

const textOf = ({ code }: AppError, number: number): string | undefined =>
  OWN_WORDS[number]?.includes(code) ? messageOf(code, 'zh') : MESSAGES[number];
