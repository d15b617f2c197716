import { type AppError, messageOf } from '../../errors/app-error.js';
import type { ErrorCode } from '../../errors/codes.js';
import { SESSION_COOKIE } from '../../http/cookies.js';
import { ownReferer } from '../../http/same-site.js';
import { trimmed } from '../../text.js';
import { type Dialect, type Exchange, type Reply, statusBesideBody } from '../dialect.js';
import {
  CAPTCHA,
  CAPTCHA_COOKIE,
  CHECK_CAPTCHA,
  LOGIN_ROWS,
  type Outcome,
  REGISTER_ROWS,
} from './member.rows.js';

/** Texts other than the password lose the space around them: an empty field is an empty one. */
const normalise = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' && name !== 'password' ? trimmed(value) : value,
    ]),
  );

type Session = Extract<Outcome, { is: 'session' }>;

const asksForJson = ({ headers }: Exchange['request']): boolean =>
  headers['x-requested-with'] !== undefined || /\bapplication\/json\b/i.test(headers.accept ?? '');

/** An origin that is configured as ours counts as this site. */
function destination(goes: Session['goes'], { request, config }: Exchange): string {
  const home = config.MEMBER_HOME_URL;
  return (goes === 'back' ? ownReferer(request, URL.parse(home)?.origin) : null) ?? home;
}

function sessionReply({ msg, token, expiresAt, remember, goes }: Session, exchange: Exchange): Reply {
  const cookies = [{ name: SESSION_COOKIE, value: token, expires: remember ? expiresAt : undefined }];
  return asksForJson(exchange.request)
    ? { status: 200, body: { status: 1, msg }, cookies }
    : { status: 302, headers: { location: destination(goes, exchange) }, cookies };
}

function success(outcome: Outcome, exchange: Exchange): Reply {
  switch (outcome.is) {
    case 'body':
      return { status: 200, body: outcome.body };
    case 'picture': {
      const { png, id, expiresAt } = outcome;
      const cookies = [{ name: CAPTCHA_COOKIE, value: id, expires: expiresAt }];
      return { status: 200, headers: { 'content-type': 'image/png' }, body: png, cookies };
    }
    case 'session':
      return sessionReply(outcome, exchange);
  }
}

/** The reason of a failure: in the document's words where a parameter is empty, else in the failure's. */
function reasonOf({ code, details: { field = '', missing } }: AppError): string {
  return (missing ? EMPTY[field] : undefined) ?? REASONS[code] ?? messageOf(code, 'zh');
}

/** The member centre, `member.md` and docs/decisions.md. */
export const member: Dialect<number> = {
  name: 'member',
  title: '用户中心',
  mounts: [
    { prefix: '/api/login', rows: LOGIN_ROWS },
    { prefix: '/api/registor', rows: REGISTER_ROWS },
    { prefix: '/captcha', rows: [CAPTCHA] },
    { prefix: '/checkcaptcha', rows: [CHECK_CAPTCHA] },
  ],
  document: new URL('./member.graphql', import.meta.url),
  canShowCaptcha: true,
  token: { cookie: SESSION_COOKIE },
  normalise,
  // The result of each row is an `Outcome`.
  success: (result, _row, exchange) => success(result as Outcome, exchange),
  failure: (error, status, row) => ({
    status: statusBesideBody(error),
    body: row === CHECK_CAPTCHA ? { code: 201 } : { status, msg: reasonOf(error) },
  }),
  // All failures without a number of their own.
  kinds: {
    input: -1,
    unauthenticated: -1,
    forbidden: -1,
    not_found: -1,
    conflict: -1,
    credentials: -1,
    code: -1,
    captcha: -1,
    locked: -1,
    rate: -1,
    provider: -1,
    image: -1,
    unavailable: -1,
    internal: -1,
  },
  codes: {},
};

const EMPTY: Readonly<Record<string, string>> = {
  phone: '手机号为空',
  username: '用户名或手机号为空',
  password: '密码为空',
  code: '验证码为空',
};

/** Texts for failures whose own words would not help here. */
const REASONS: Partial<Record<ErrorCode, string>> = {
  FORBIDDEN: '不接受来自其他网站的提交',
  NOT_FOUND: '接口不存在，或必须以 POST 方式提交',
};
