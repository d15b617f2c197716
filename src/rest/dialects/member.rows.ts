import { tables } from '../dialect.js';
import { cases, cookie, flag, group, secret, text } from '../parameters.js';
import type {
  LoginMutation,
  MemberOperations,
  NameAvailability,
  PhoneAvailability,
} from './member.operations.js';

/** The URLs of the member centre: `member.md` and docs/decisions.md. */

/** Documented without a verb, and tried out in a browser: both are answered. */
const BOTH = ['GET', 'POST'] as const;

const { row, aside } = tables<MemberOperations, number>();

/** Cookie in which a browser keeps the id of the captcha it was shown. */
export const CAPTCHA_COOKIE = 'member_captcha';

/** The result of a row. */
export type Outcome =
  | { is: 'body'; body: object }
  /** A captcha for the browser to show, and to remember by its id until then. */
  | { is: 'picture'; png: Buffer; id: string; expiresAt: Date }
  /** A session just opened, and the page where the browser goes from there. */
  | { is: 'session'; msg: string; token: string; expiresAt: Date; remember: boolean; goes: 'home' | 'back' };

const body = (content: object): Outcome => ({ is: 'body', body: content });

/** A number of the document's tables, with its text. */
const answer = (status: number, msg: string): Outcome => body({ status, msg });

const opened = (
  { token, expiresAt }: LoginMutation['login'],
  remember: boolean,
  msg: string,
  goes: 'home' | 'back',
): Outcome => ({ is: 'session', msg, token, expiresAt, remember, goes });

/** The bytes of a picture that the schema has as a data URL. */
const bytesOf = (dataUrl: string): Buffer => Buffer.from(dataUrl.replace(/^[^,]*,/, ''), 'base64');

const LOGIN_PHONES: Readonly<Record<PhoneAvailability, Outcome>> = {
  AVAILABLE: answer(1, '手机号正确'),
  TAKEN: answer(1, '手机号正确'),
  INVALID: answer(2, '手机号不规范'),
};

const REGISTER_PHONES: Readonly<Record<PhoneAvailability, Outcome>> = {
  AVAILABLE: answer(1, '手机号可注册'),
  TAKEN: answer(2, '手机号已被注册'),
  INVALID: answer(3, '手机号不规范'),
};

const NAMES: Readonly<Record<NameAvailability, Outcome>> = {
  AVAILABLE: answer(1, '可注册'),
  BANNED: answer(2, '违禁词'),
  TAKEN: answer(3, '已被注册'),
  INVALID: answer(-1, '用户名不合法'),
};

const PHONE = secret('手机号').example('18321216666');
const CODE = secret('手机验证码').example('111111');
/** A phone is a name, too. */
const USERNAME = secret('帐号、手机或邮箱').example('18321217711');
const PASSWORD = secret('密码').example('correct-horse-7');

/** Parameters of every submit. */
const SUBMIT = {
  /** The captcha that this browser was shown; it counts once it was answered at `/checkcaptcha`. */
  captcha: group({ id: cookie(CAPTCHA_COOKIE) }).transform(({ id }) => (id ? { id } : undefined)),
  remember: flag('1为记住，0为不记住'),
};

const BY_CODE = { phone: PHONE.required(), code: CODE.required() };
const BY_PASSWORD = { username: USERNAME.required(), password: PASSWORD.required() };

/**
 * A name and a password; or, where both are empty, a phone and a code, as the document's own example of 一.7 sends them here.
 */
const CREDENTIALS = cases(
  'by',
  group({ username: USERNAME, password: PASSWORD, phone: PHONE.sent() }).transform(
    ({ username, password, phone }) => (phone && !username && !password ? 'code' : 'password'),
  ),
  { code: BY_CODE, password: BY_PASSWORD },
);

/** The account whose failures are counted: of the name or, without one, of the phone. */
const ACCOUNT = cases(
  'by',
  group({ username: USERNAME }).transform(({ username }) => (username ? 'username' : 'phone')),
  { username: { username: USERNAME.required() }, phone: { phone: PHONE.required() } },
);

export const LOGIN_ROWS = [
  row({
    id: '一.1',
    summary: '验证手机号',
    methods: BOTH,
    path: '/checkphone',
    operation: 'PhoneAvailability',
    parameters: { phone: PHONE.required() },
    variables: ({ phone }) => ({ phone }),
    result: ({ phoneAvailability }) => LOGIN_PHONES[phoneAvailability],
    missing: { phone: 3 },
  }),
  row({
    id: '一.4',
    summary: '给手机发送验证码',
    methods: BOTH,
    path: '/sendtophone',
    operation: 'SendCode',
    parameters: { phone: PHONE.required() },
    variables: ({ phone }) => ({ input: { phone, purposes: ['LOGIN', 'REGISTER'] } }),
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
  }),
  row({
    id: '一.5',
    summary: '校验给手机发送的验证码',
    methods: BOTH,
    path: '/checkphonecode',
    operation: 'VerifyCode',
    parameters: BY_CODE,
    variables: ({ phone, code }) => ({ input: { phone, code } }),
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
  }),
  row({
    id: '一.6',
    summary: '验证登录是否大于5次',
    methods: BOTH,
    path: '/number',
    operation: 'LoginStatus',
    parameters: { username: USERNAME.required() },
    variables: ({ username }) => ({ account: username }),
    result: ({ loginStatus }) =>
      loginStatus.captchaRequired ? answer(0, '超过5次') : answer(1, '没有超过5次'),
  }),
  row({
    id: '一.6（旧）',
    summary: '帐号方式登录提交',
    methods: ['POST'],
    path: '/submit',
    operation: 'Login',
    sameSite: true,
    parameters: { login: CREDENTIALS, ...SUBMIT },
    variables: ({ login, captcha }) => ({
      input:
        login.by === 'password'
          ? { account: login.username, password: login.password, captcha }
          : { phone: login.phone, code: login.code, registerUnknown: true, captcha },
    }),
    result: ({ login }, { remember }) => opened(login, remember, '登录成功', 'home'),
    aside: aside({
      operation: 'LoginStatus',
      parameters: { account: ACCOUNT },
      variables: ({ account }) => ({
        account: account.by === 'username' ? account.username : account.phone,
      }),
      result: ({ loginStatus }) => ({ data: loginStatus.failures }),
    }),
    missing: { username: 2, password: 2, code: 2 },
    errors: {
      CREDENTIALS_INVALID: 3,
      CODE_INVALID: 3,
      PHONE_INVALID: 3,
      CAPTCHA_REQUIRED: 3,
      IP_BLOCKED: 4,
    },
  }),
  row({
    id: '一.7',
    summary: '手机验证码方式登录',
    methods: ['POST'],
    path: '/phonesubmit',
    operation: 'Login',
    sameSite: true,
    parameters: { ...BY_CODE, ...SUBMIT },
    variables: ({ phone, code, captcha }) => ({ input: { phone, code, registerUnknown: true, captcha } }),
    result: ({ login }, { remember }) => opened(login, remember, '登录成功', 'home'),
    missing: { phone: 2, code: 2 },
    errors: {
      PHONE_INVALID: 3,
      CODE_INVALID: 4,
      // The code where no free name was found.
      NAME_TAKEN: 5,
      PHONE_TAKEN: 6,
      CAPTCHA_REQUIRED: 7,
      ACCOUNT_LOCKED: 7,
    },
  }),
  row({
    id: '一.8',
    summary: '验证帐号是否已被注册或是否是违禁词',
    methods: BOTH,
    path: '/username',
    operation: 'NameAvailability',
    parameters: { username: USERNAME.required() },
    variables: ({ username }) => ({ name: username }),
    result: ({ nameAvailability }) => NAMES[nameAvailability],
    missing: { username: 4 },
  }),
];

export const REGISTER_ROWS = [
  row({
    id: '二.1',
    summary: '手机号有效性验证',
    methods: BOTH,
    path: '/checkphone',
    operation: 'PhoneAvailability',
    parameters: { phone: PHONE.required() },
    variables: ({ phone }) => ({ phone }),
    result: ({ phoneAvailability }) => REGISTER_PHONES[phoneAvailability],
    missing: { phone: 4 },
  }),
  row({
    id: '二.6',
    summary: '注册提交',
    methods: ['POST'],
    path: '/submit',
    operation: 'Register',
    sameSite: true,
    parameters: {
      username: secret('手机号').example('18321217711').required(),
      password: PASSWORD.required(),
      code: CODE.required(),
      ...SUBMIT,
    },
    variables: ({ username, password, code, captcha }) => ({
      input: { phone: username, password, code, captcha },
    }),
    result: ({ register }, { remember }) => opened(register, remember, '注册成功', 'back'),
    missing: { username: 4 },
    errors: { PHONE_TAKEN: 2, PHONE_INVALID: 3 },
  }),
];

export const CAPTCHA = row({
  id: '一.2',
  summary: '显示/更换图片验证码',
  methods: BOTH,
  path: '',
  operation: 'CreateCaptcha',
  result: ({ createCaptcha: { id, image, expiresAt } }): Outcome => ({
    is: 'picture',
    png: bytesOf(image),
    id,
    expiresAt,
  }),
});

/** Its answer is a `code`, not a `status`. */
export const CHECK_CAPTCHA = row({
  id: '一.3',
  summary: '校验图片验证码',
  methods: BOTH,
  path: '',
  operation: 'CheckCaptcha',
  parameters: { id: cookie(CAPTCHA_COOKIE), captcha: text('图片验证码').example('delu').required() },
  variables: ({ id = '', captcha }) => ({ input: { captcha: { id, answer: captcha } } }),
  result: ({ verify }) => body({ code: verify ? 200 : 201 }),
});
