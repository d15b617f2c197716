import type { Input } from '../input.js';
import type { Data, UndeclaredRoute } from '../undeclared.js';

/** The URLs of the member centre: `member.md` and docs/decisions.md. */

/** Documented without a verb, and tried out in a browser: both are answered. */
const BOTH = ['GET', 'POST'] as const;

/** Cookie in which a browser keeps the id of the captcha it was shown. */
export const CAPTCHA_COOKIE = 'member_captcha';

/** A number of the document's tables, with its text. */
export interface Answer {
  status: number;
  msg: string;
}

/** A captcha for the browser to show and to remember. */
export interface Picture {
  png: Buffer;
  id: string;
  expiresAt: Date;
}

/** A session just opened, and where the browser goes from there. */
export interface Opened extends Answer {
  token: string;
  expiresAt: Date;
  goes: 'home' | 'back';
}

const answer = (status: number, msg: string): Answer => ({ status, msg });

const opened = ({ token, expiresAt }: Data, msg: string, goes: Opened['goes']): Opened => ({
  ...answer(1, msg),
  token,
  expiresAt,
  goes,
});

const LOGIN_PHONES: Readonly<Record<string, Answer>> = {
  AVAILABLE: answer(1, '手机号正确'),
  TAKEN: answer(1, '手机号正确'),
  INVALID: answer(2, '手机号不规范'),
};

const REGISTER_PHONES: Readonly<Record<string, Answer>> = {
  AVAILABLE: answer(1, '手机号可注册'),
  TAKEN: answer(2, '手机号已被注册'),
  INVALID: answer(3, '手机号不规范'),
};

const NAMES: Readonly<Record<string, Answer>> = {
  AVAILABLE: answer(1, '可注册'),
  BANNED: answer(2, '违禁词'),
  TAKEN: answer(3, '已被注册'),
  INVALID: answer(-1, '用户名不合法'),
};

/** The captcha that this browser was shown; it counts once it was answered at `/checkcaptcha`. */
function shownCaptcha(input: Input): { captcha?: { id: string } } {
  const id = input.cookie(CAPTCHA_COOKIE);
  return id ? { captcha: { id } } : {};
}

const byCode = (input: Input) => ({
  input: {
    phone: input.required('phone'),
    code: input.required('code'),
    registerUnknown: true,
    ...shownCaptcha(input),
  },
});

/** With a phone and a code instead, as the document's own example of 一.7 sends them here. */
const credentials = (input: Input) =>
  !input.text('username') && !input.text('password') && input.text('phone')
    ? byCode(input)
    : {
        input: {
          account: input.required('username'),
          password: input.required('password'),
          ...shownCaptcha(input),
        },
      };

export const LOGIN_ROUTES: readonly UndeclaredRoute<number>[] = [
  {
    id: '一.1',
    summary: '验证手机号',
    methods: BOTH,
    path: '/checkphone',
    operation: 'PhoneAvailability',
    variables: (input) => ({ phone: input.required('phone') }),
    result: ({ phoneAvailability }) => LOGIN_PHONES[phoneAvailability],
    missing: { phone: 3 },
  },
  {
    id: '一.4',
    summary: '给手机发送验证码',
    methods: BOTH,
    path: '/sendtophone',
    operation: 'SendCode',
    variables: (input) => ({ input: { phone: input.required('phone'), purposes: ['LOGIN', 'REGISTER'] } }),
    result: () => answer(1, '发送成功'),
    missing: { phone: 2 },
    errors: {
      PHONE_INVALID: 3,
      CODE_LIMIT: 4,
      RATE_LIMITED: 4,
      CODE_TOO_SOON: 5,
      SERVICE_UNAVAILABLE: 5,
      INTERNAL: 5,
    },
  },
  {
    id: '一.5',
    summary: '校验给手机发送的验证码',
    methods: BOTH,
    path: '/checkphonecode',
    operation: 'VerifyCode',
    variables: (input) => ({ input: { phone: input.required('phone'), code: input.required('code') } }),
    result: ({ verify }) => (verify ? answer(1, '校验成功') : answer(4, '验证码错误')),
    missing: { phone: 2, code: 2 },
    errors: {
      PHONE_INVALID: 3,
      CAPTCHA_REQUIRED: 5,
      ACCOUNT_LOCKED: 5,
      RATE_LIMITED: 5,
      SERVICE_UNAVAILABLE: 5,
      INTERNAL: 5,
    },
  },
  {
    id: '一.6',
    summary: '验证登录是否大于5次',
    methods: BOTH,
    path: '/number',
    operation: 'LoginStatus',
    variables: (input) => ({ account: input.required('username') }),
    result: ({ loginStatus }) =>
      loginStatus.captchaRequired ? answer(0, '超过5次') : answer(1, '没有超过5次'),
  },
  {
    id: '一.6（旧）',
    summary: '帐号方式登录提交',
    methods: ['POST'],
    path: '/submit',
    operation: 'Login',
    sameSite: true,
    variables: credentials,
    aside: {
      operation: 'LoginStatus',
      variables: (input: Input) => ({ account: input.text('username') || input.required('phone') }),
      result: ({ loginStatus }: Data) => loginStatus.failures,
    },
    result: ({ login }) => opened(login, '登录成功', 'home'),
    missing: { username: 2, password: 2, code: 2 },
    errors: {
      CREDENTIALS_INVALID: 3,
      CODE_INVALID: 3,
      PHONE_INVALID: 3,
      CAPTCHA_REQUIRED: 3,
      IP_BLOCKED: 4,
    },
  },
  {
    id: '一.7',
    summary: '手机验证码方式登录',
    methods: ['POST'],
    path: '/phonesubmit',
    operation: 'Login',
    sameSite: true,
    variables: byCode,
    result: ({ login }) => opened(login, '登录成功', 'home'),
    missing: { phone: 2, code: 2 },
    errors: {
      PHONE_INVALID: 3,
      CODE_INVALID: 4,
      // No name was found that nobody has.
      NAME_TAKEN: 5,
      PHONE_TAKEN: 6,
      CAPTCHA_REQUIRED: 7,
      ACCOUNT_LOCKED: 7,
    },
  },
  {
    id: '一.8',
    summary: '验证帐号是否已被注册或是否是违禁词',
    methods: BOTH,
    path: '/username',
    operation: 'NameAvailability',
    variables: (input) => ({ name: input.required('username') }),
    result: ({ nameAvailability }) => NAMES[nameAvailability],
    missing: { username: 4 },
  },
];

export const REGISTER_ROUTES: readonly UndeclaredRoute<number>[] = [
  {
    id: '二.1',
    summary: '手机号有效性验证',
    methods: BOTH,
    path: '/checkphone',
    operation: 'PhoneAvailability',
    variables: (input) => ({ phone: input.required('phone') }),
    result: ({ phoneAvailability }) => REGISTER_PHONES[phoneAvailability],
    missing: { phone: 4 },
  },
  {
    id: '二.6',
    summary: '注册提交',
    methods: ['POST'],
    path: '/submit',
    operation: 'Register',
    sameSite: true,
    variables: (input) => ({
      input: {
        phone: input.required('username'),
        password: input.required('password'),
        code: input.required('code'),
        ...shownCaptcha(input),
      },
    }),
    result: ({ register }) => opened(register, '注册成功', 'back'),
    missing: { username: 4 },
    errors: { PHONE_TAKEN: 2, PHONE_INVALID: 3 },
  },
];

export const CAPTCHA: UndeclaredRoute<number> = {
  id: '一.2',
  summary: '显示/更换图片验证码',
  methods: BOTH,
  path: '',
  operation: 'CreateCaptcha',
  result: ({ createCaptcha: { id, image, expiresAt } }): Picture => ({
    png: Buffer.from(image.slice(image.indexOf(',') + 1), 'base64'),
    id,
    expiresAt,
  }),
};

/** Its answer is a `code`, not a `status`. */
export const CHECK_CAPTCHA: UndeclaredRoute<number> = {
  id: '一.3',
  summary: '校验图片验证码',
  methods: BOTH,
  path: '',
  operation: 'CheckCaptcha',
  variables: (input) => ({
    input: {
      captcha: { id: input.cookie(CAPTCHA_COOKIE) ?? '', answer: input.required('captcha') },
    },
  }),
  result: ({ verify }) => ({ code: verify ? 200 : 201 }),
};
