import { AppError } from '../../errors/app-error.js';
import { trimmed } from '../../text.js';
import type { Data, Route } from '../dialect.js';
import type { Input } from '../input.js';
import { momentToSeconds } from '../values.js';

/** The four URLs of the account module: `account.md` and docs/decisions.md. */

const POST = ['POST'] as const;

/** 3.1, which speaks a little differently from the others. */
export const LOGIN = '3.1';

const PASSWORD = 'PASSWORD';
/** `user_type`: how one logs in. */
const WAYS = { 1: PASSWORD, 2: 'QQ', 3: 'WECHAT', 4: 'WEIBO' } as const;
const USER_TYPES: Readonly<Record<string, number>> = { QQ: 2, WECHAT: 3, WEIBO: 4 };

const GENDERS: Readonly<Record<string, 0 | 1>> = { MALE: 1, FEMALE: 0 };

function credentials(input: Input) {
  input.requiredInt('user_type');
  const way = input.choice('user_type', WAYS);
  if (way === PASSWORD) {
    return { input: { account: input.required('account'), password: input.required('password') } };
  }
  const proof = { accessToken: input.required('token'), openId: input.required('openid') };
  return { input: { thirdParty: { provider: way, ...proof } } };
}

/** 3.1 counts in numbers. `account` is what can be typed into the parameter of that name. */
const loggedIn = ({ login: { user, token, expiresAt, isNewUser, provider } }: Data) => ({
  user_info: {
    uid: Number(user.id),
    account: user.phone ?? (user.emailVerified ? user.email : user.name),
    name: user.nickname,
    gender: GENDERS[user.sex] ?? '',
    user_type: USER_TYPES[provider] ?? 1,
    // A locked account does not get this far.
    user_status: 1,
    avator: user.small ?? '',
    large_avator: user.large ?? '',
    token,
    expires: momentToSeconds(expiresAt),
    phone: user.phone === null ? null : Number(user.phone),
    email: user.email ?? '',
    is_new_user: isNewUser ? 1 : 0,
  },
});

/** A parameter that must be there; an empty one is malformed like any other and has the number of its field. */
function sent(input: Input, name: string): string {
  const text = input.text(name);
  if (text === undefined) throw new AppError('INVALID_INPUT', { field: name });
  return text;
}

/** An empty field of a form is one that was not filled in, and changes nothing. */
const filled = (input: Input, name: string): string | undefined =>
  trimmed(input.text(name) ?? '') || undefined;

/** Empty is what somebody of no known gender is shown as, so it is what makes one so. */
const gender = (input: Input): string | undefined =>
  input.int('gender') === null ? 'UNSPECIFIED' : input.choice('gender', { 0: 'FEMALE', 1: 'MALE' });

const changes = (input: Input) => ({
  input: {
    nickname: filled(input, 'name'),
    sex: gender(input),
    phone: filled(input, 'phone'),
    email: filled(input, 'email'),
    code: filled(input, 'verifycode'),
  },
});

export const ROUTES: readonly Route<number>[] = [
  {
    id: LOGIN,
    summary: '账密登录、第三方登录',
    methods: POST,
    path: '/login',
    operation: 'Login',
    variables: credentials,
    result: loggedIn,
    errors: { IP_BLOCKED: 3101 },
  },
  {
    id: '3.2',
    summary: '基本注册',
    methods: POST,
    path: '/register',
    operation: 'Register',
    variables: (input) => ({
      input: {
        phone: sent(input, 'phone'),
        password: sent(input, 'password'),
        code: sent(input, 'verifycode'),
      },
    }),
    result: ({ register }) => ({ uid: register.user.id }),
    errors: {
      // An empty phone is none.
      CONTACT_AMBIGUOUS: 3201,
      PHONE_INVALID: 3201,
      PHONE_TAKEN: 3201,
      IP_BLOCKED: 3203,
      SERVICE_UNAVAILABLE: 3203,
      INTERNAL: 3203,
    },
  },
  {
    id: '3.3',
    summary: '上传头像',
    methods: POST,
    path: '/update_avator',
    operation: 'UpdateAvatar',
    session: true,
    upload: 'form',
    variables: (input) => ({ file: input.upload() }),
    result: ({ updateAvatar }) => ({ avator: updateAvatar.small }),
  },
  {
    id: '3.4',
    summary: '补充用户信息',
    methods: POST,
    path: '/update_info',
    operation: 'UpdateAccount',
    session: true,
    variables: changes,
    result: ({ updateAccount: user }) => ({
      name: user.nickname,
      phone: user.phone ?? '',
      gender: String(GENDERS[user.sex] ?? ''),
      avator: user.small ?? '',
      large_avator: user.large ?? '',
      email: user.email ?? '',
    }),
  },
];
