import { DeviceType } from '../../device-type.js';
import { messageOf } from '../../errors/app-error.js';
import type { ErrorCode } from '../../errors/codes.js';
import { type Dialect, statusBesideBody } from '../dialect.js';
import { secret, text } from '../parameters.js';
import { ROWS, UPLOAD } from './anlife.rows.js';

/** Types other than 1 and 2 are null. */
const device = (type: string): DeviceType | null =>
  type === '1' ? DeviceType.IOS : type === '2' ? DeviceType.ANDROID : null;

/** 安居生活, `anlife.md` and docs/decisions.md. */
export const anlife: Dialect<number> = {
  name: 'anlife',
  title: '安居生活',
  mounts: [
    { prefix: '/anlife/v1.0', rows: ROWS },
    { prefix: '/upload', rows: [UPLOAD] },
  ],
  document: new URL('./anlife.graphql', import.meta.url),
  canShowCaptcha: false,
  token: { header: 'auth_token', parameter: ['auth_token', secret('登录令牌')] },
  deviceType: ['device_type', text('1 iOS，2 Android').transform(device).empty(undefined)],
  // The image host is a system of its own and answers without the envelope.
  success: (result, row) => ({ status: 200, body: row.upload ? result : { datas: result } }),
  failure: (error, number) => ({
    status: statusBesideBody(error),
    body: { error_code: number, error_msg: TEXTS[error.code] ?? MESSAGES[number] },
  }),
  kinds: {
    input: 1001,
    unauthenticated: 1002,
    forbidden: 1003,
    not_found: 1004,
    conflict: 1006,
    code: 1007,
    credentials: 1008,
    captcha: 1009,
    locked: 1009,
    rate: 1010,
    provider: 1012,
    image: 1013,
    unavailable: 1099,
    internal: 1099,
  },
  codes: {
    PHONE_INVALID: 1005,
    PASSWORD_MISMATCH: 1011,
    RELEASE_NOT_FOUND: 1014,
    // An unknown URL: the app asked for what there is not.
    NOT_FOUND: 1001,
  },
};

/** Texts that tell more than that of the number. */
const TEXTS: Partial<Record<ErrorCode, string>> = { MD5_REFUSED: messageOf('MD5_REFUSED', 'zh') };

/** The texts of the numbers, which are ours (docs/decisions.md). */
const MESSAGES: Readonly<Record<number, string>> = {
  1001: '参数错误',
  1002: '未登录或登录已失效',
  1003: '没有权限',
  1004: '用户不存在',
  1005: '手机号格式不正确',
  1006: '手机号已被注册',
  1007: '验证码错误或已过期',
  1008: '账号或密码错误',
  1009: '账号已锁定',
  1010: '操作过于频繁',
  1011: '两次输入的密码不一致',
  1012: '第三方授权失败',
  1013: '图片不符合要求',
  1014: '没有可用版本',
  1099: '系统错误',
};
