import { trimmed } from '../../text.js';
import { tables } from '../dialect.js';
import { cases, choice, secret, text, upload } from '../parameters.js';
import { numericId, timestampToSeconds } from '../values.js';
import type { AccountOperations, LoginMutation, Provider, Sex } from './account.operations.js';

/** The four URLs of the account module: `account.md` and docs/decisions.md. */

const POST = ['POST'] as const;

/** The id of log-in, whose answers differ a little from the others'. */
export const LOGIN = '3.1';

const { row } = tables<AccountOperations, number>();

/** `user_type`: how one logs in. */
const WAYS = { 1: 'PASSWORD', 2: 'QQ', 3: 'WECHAT', 4: 'WEIBO' } as const;
const USER_TYPES: Readonly<Record<Provider, number>> = { QQ: 2, WECHAT: 3, WEIBO: 4 };

const GENDERS: Readonly<Partial<Record<Sex, 0 | 1>>> = { MALE: 1, FEMALE: 0 };

const PHONE = secret('手机号').example('13812345678');
const CODE = secret('短信验证码').example('123456');

const THIRD_PARTY = {
  token: secret('第三方账号access_token').required(),
  openid: text('第三方账号openid').required(),
};

/** 3.1 counts in numbers. `account` is what can be typed into the parameter of that name. */
const loggedIn = ({ login: { user, token, expiresAt, isNewUser, provider } }: LoginMutation) => ({
  user_info: {
    uid: numericId(user.id),
    account: user.phone ?? (user.emailVerified ? user.email : user.name),
    name: user.nickname,
    gender: GENDERS[user.sex] ?? '',
    user_type: provider ? USER_TYPES[provider] : 1,
    // A locked account does not get this far.
    user_status: 1,
    avator: user.small ?? '',
    large_avator: user.large ?? '',
    token,
    expires: timestampToSeconds(expiresAt),
    phone: user.phone === null ? null : Number(user.phone),
    email: user.email ?? '',
    is_new_user: isNewUser ? 1 : 0,
  },
});

/** An empty field of a form is one that was not filled in, and changes nothing. */
const filled = (parameter: typeof PHONE) => parameter.transform(trimmed).empty(undefined);

export const ROWS = [
  row({
    id: LOGIN,
    summary: '账密登录、第三方登录',
    methods: POST,
    path: '/login',
    operation: 'Login',
    parameters: {
      by: cases('user_type', choice(WAYS, '登录账号类别（1 普通帐号，2 QQ，3 微信，4 微博）').required(), {
        PASSWORD: {
          account: secret('帐号：手机号、邮箱或用户名').example('13812345678').required(),
          password: secret('密码').example('abcd1234').required(),
        },
        QQ: THIRD_PARTY,
        WECHAT: THIRD_PARTY,
        WEIBO: THIRD_PARTY,
      }),
    },
    variables: ({ by }) => ({
      input:
        by.user_type === 'PASSWORD'
          ? { account: by.account, password: by.password }
          : { thirdParty: { provider: by.user_type, accessToken: by.token, openId: by.openid } },
    }),
    result: loggedIn,
    errors: { IP_BLOCKED: 3101 },
  }),
  row({
    id: '3.2',
    summary: '基本注册',
    methods: POST,
    path: '/register',
    operation: 'Register',
    // An empty value is malformed like any other and has the number of its field.
    parameters: {
      phone: PHONE.present(),
      password: secret('密码，8-16位字母和数字的组合').example('abcd1234').present(),
      verifycode: CODE.present(),
    },
    variables: ({ phone, password, verifycode }) => ({ input: { phone, password, code: verifycode } }),
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
  }),
  row({
    id: '3.3',
    summary: '上传头像',
    methods: POST,
    path: '/update_avator',
    operation: 'UpdateAvatar',
    session: true,
    upload: 'form',
    parameters: { file: upload('头像图片') },
    variables: ({ file }) => ({ file }),
    result: ({ updateAvatar }) => ({ avator: updateAvatar.small }),
  }),
  row({
    id: '3.4',
    summary: '补充用户信息',
    methods: POST,
    path: '/update_info',
    operation: 'UpdateAccount',
    session: true,
    parameters: {
      name: filled(text('用户名').example('felix')),
      // Accounts without a gender are shown with an empty one, so an empty one removes it.
      gender: choice({ 0: 'FEMALE', 1: 'MALE' }, '性别（1 男，0 女）').empty('UNSPECIFIED'),
      phone: filled(PHONE),
      email: filled(text('邮箱').example('1234567@qq.com')),
      verifycode: filled(CODE),
    },
    variables: ({ name, gender, phone, email, verifycode }) => ({
      input: { nickname: name, sex: gender, phone, email, code: verifycode },
    }),
    result: ({ updateAccount: user }) => ({
      name: user.nickname,
      phone: user.phone ?? '',
      gender: String(GENDERS[user.sex] ?? ''),
      avator: user.small ?? '',
      large_avator: user.large ?? '',
      email: user.email ?? '',
    }),
  }),
];
