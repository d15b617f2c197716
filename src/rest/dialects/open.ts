import { type Dialect, statusBesideBody, tables } from '../dialect.js';
import { everything, secret, text } from '../parameters.js';
import { answered, numericId } from '../values.js';
import type { OpenOperations } from './open.operations.js';

/** The signed open API: `open.md` and docs/decisions.md. Every parameter is signed, so all are handed on as they came. */

const { row } = tables<OpenOperations, number>();

/** Parameters of every call. */
const SIGNED = {
  app_id: text('应用的唯一标识id').example('10001').required(),
  timestamp: text('UNIX时间戳，允许误差10分钟').example('1442888568').required(),
  sign: secret('请求的签名值').example('5cefc3438fbf787875ffec6cd596346d').required(),
  format: text('返回值格式，只支持json').example('json'),
};

/** Documented as GET; answers POST too, because passwords do not belong in URLs. */
const METHODS = ['GET', 'POST'] as const;

const ROWS = [
  row({
    id: '注册新用户',
    summary: '为应用注册新用户',
    methods: METHODS,
    path: '/register',
    operation: 'RegisterByApp',
    parameters: {
      signed: everything({
        ...SIGNED,
        name: text('用户名，已存在时自动生成').example('ken'),
        phone: secret('手机号').example('13988888888'),
        email: text('邮箱').example('ken@anjuke.com'),
        password: secret('密码，不传时自动生成').example('anjuke2015'),
      }),
    },
    variables: ({ signed }) => ({ parameters: signed }),
    result: ({ registerByApp }) => ({ id: numericId(registerByApp.id) }),
  }),
  row({
    id: '获得用户信息',
    summary: '按 id、邮箱或手机获得用户信息',
    methods: METHODS,
    path: '/get-info',
    operation: 'AccountByApp',
    parameters: {
      signed: everything({
        ...SIGNED,
        account: secret('账户').naming('signed').example('13988888888').required(),
        type: text('account 的类型：email、phone 或 id').example('phone'),
      }),
    },
    variables: ({ signed }) => ({ parameters: signed }),
    result: ({ accountByApp }) => {
      const { id, name, phone, email } = answered(accountByApp);
      return { id: numericId(id), name, phone: phone ?? '', email: email ?? '' };
    },
    errors: { RATE_LIMITED: 1010, SERVICE_UNAVAILABLE: 1010, INTERNAL: 1010 },
  }),
];

export const open: Dialect<number> = {
  name: 'open',
  title: '安居客开放 API',
  mounts: [
    { prefix: '/site/v1/user', rows: ROWS },
    { prefix: '/v1/user', rows: ROWS },
  ],
  claims: ['/site'],
  document: new URL('./open.graphql', import.meta.url),
  canShowCaptcha: false,
  // Only one of two values would be read; the other would be neither read nor signed.
  namesOnce: true,
  // No `token`: it is the app that proves itself, by its signature.
  success: (result) => ({ status: 200, body: { code: 200, ...(result as object) } }),
  failure: (error, code) => ({ status: statusBesideBody(error), body: { code, msg: MESSAGES[code] } }),
  kinds: {
    input: 400,
    unauthenticated: 401,
    forbidden: 403,
    not_found: 400,
    conflict: 1000,
    code: 400,
    credentials: 401,
    captcha: 403,
    locked: 403,
    rate: 1000,
    provider: 1000,
    image: 400,
    unavailable: 1000,
    internal: 1000,
  },
  codes: { PHONE_TAKEN: 1001, EMAIL_TAKEN: 1002, USER_NOT_FOUND: 1011 },
};

/** The texts of the numbers, as `open.md` 返回码说明 words them. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: '参数错误',
  401: '没有权限，签名等验证失败',
  403: '禁止访问，访问ip被禁止',
  1000: '注册失败，重新尝试或联系管理员',
  1001: '注册失败，手机号已经存在',
  1002: '注册失败，邮箱已经存在',
  1010: '获得信息失败，重新尝试或联系管理员',
  1011: '获得信息失败，用户不存在',
};
