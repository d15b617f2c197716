import { type Dialect, type Route, statusBesideBody } from '../dialect.js';

/** The signed open API: `open.md` and DECISIONS §5. Every parameter is signed, so the rows read none themselves. */

/** Documented as GET; answers POST too, because passwords do not belong in URLs. */
const METHODS = ['GET', 'POST'] as const;

const ROUTES: readonly Route<number>[] = [
  {
    id: '注册新用户',
    summary: '为应用注册新用户',
    methods: METHODS,
    path: '/register',
    operation: 'RegisterByApp',
    variables: (input) => ({ parameters: input.texts() }),
    result: ({ registerByApp }) => ({ id: Number(registerByApp.id) }),
  },
  {
    id: '获得用户信息',
    summary: '按 id、邮箱或手机获得用户信息',
    methods: METHODS,
    path: '/get-info',
    operation: 'AccountByApp',
    variables: (input) => ({ parameters: input.texts() }),
    result: ({ accountByApp: { id, name, phone, email } }) => ({
      id: Number(id),
      name,
      phone: phone ?? '',
      email: email ?? '',
    }),
    errors: { RATE_LIMITED: 1010, SERVICE_UNAVAILABLE: 1010, INTERNAL: 1010 },
  },
];

export const open: Dialect<number> = {
  name: 'open',
  title: '安居客开放 API',
  mounts: [
    { prefix: '/site/v1/user', routes: ROUTES },
    { prefix: '/v1/user', routes: ROUTES },
  ],
  document: new URL('./open.graphql', import.meta.url),
  canShowCaptcha: false,
  // It is the app that proves itself, by its signature.
  token: () => undefined,
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
