import { type Method, type Row, tables } from '../dialect.js';
import { cases, choice, group, secret, text, word } from '../parameters.js';
import { SEX_NAMES } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import type { LoginMutation, PlusOperations } from './plus.operations.js';
import { minutesLeft } from './plus.values.js';

/** Log-in, registration, codes, profile, contact and password: `plus.md` 修改用户信息 on and docs/decisions.md. */

const { row } = tables<PlusOperations, PlusFailure>();

const ANY: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const accessToken = ({ token, expiresAt }: LoginMutation['login']) => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: minutesLeft(expiresAt),
  refresh_ttl: minutesLeft(expiresAt),
});

const PHONE = secret('手机号码').example('13812345678');
const EMAIL = text('邮箱').example('ken@example.com');
const PASSWORD = secret('密码').example('correct-horse-7');
/** Six digits; a client that sends them as a number (`plus.md` 输入) has lost the zeros in front. */
const CODE = secret('验证码')
  .example('123456')
  .transform((code) => (/^\d+$/.test(code) ? code.padStart(6, '0') : code));

/** The address that the code has come to. */
const VERIFIABLE = cases('verifiable_type', word({ sms: 'sms', mail: 'mail' }, '验证码发送方式').required(), {
  sms: { phone: PHONE.required() },
  mail: { email: EMAIL.required() },
}).transform((to) => (to.verifiable_type === 'sms' ? { phone: to.phone } : { email: to.email }));

const ADDRESS = group({ phone: PHONE, email: EMAIL }).refine(
  ({ phone, email }) => (phone === undefined) !== (email === undefined),
  'CONTACT_AMBIGUOUS',
  'phone',
);

const PROOF = { password: PASSWORD.required(), verifiable_code: CODE.required() };

/** A picture is named by its node, or by the address that it was shown with; the schema takes bare ids too. */
const picture = (meaning: string) =>
  text(meaning)
    .example('public:2026/11/30/d6dae0cecef3ef0b5c28fc0b0a88338e.png')
    .clearable()
    .refine((name) => /^(?:public:|https?:\/\/)/.test(name));

const codeSent = () => ({ message: ['获取成功'] });

/** Refusals of log-in and registration are texts, where others are lists: their clients show them as they are. */
export const WRONG_CREDENTIALS: PlusFailure = { status: 422, shape: 'text', message: '账号或密码不正确' };
const WRONG_CODE: PlusFailure = { status: 422, shape: 'text', message: '验证码错误或者已失效' };

const UNKNOWN_USER: PlusFailure = { status: 422, shape: 'errors', message: '用户不存在' };
const WRONG_PASSWORD: PlusFailure = { status: 422, shape: 'list', message: '密码错误' };

const REFUSED_UNBINDING: Row<PlusFailure>['errors'] = {
  CREDENTIALS_INVALID: WRONG_PASSWORD,
  NOT_FOUND: { status: 422, shape: 'list', message: '非法操作' },
};

export const ACCOUNT_ROWS = [
  row({
    id: '登录',
    summary: '登录，返回令牌',
    methods: ['POST'],
    path: '/auth/login',
    operation: 'Login',
    parameters: {
      login: secret('用户名、邮箱或手机号码').example('13812345678').required(),
      proof: cases(
        'kind',
        group({ verifiable_code: CODE }).transform(({ verifiable_code }) =>
          verifiable_code === undefined ? 'password' : 'code',
        ),
        { password: { password: PASSWORD.required() }, code: { verifiable_code: CODE.required() } },
      ),
    },
    variables: ({ login, proof }) => ({
      input: {
        account: login,
        ...(proof.kind === 'password' ? { password: proof.password } : { code: proof.verifiable_code }),
      },
    }),
    result: ({ login }) => accessToken(login),
    errors: {
      CREDENTIALS_INVALID: WRONG_CREDENTIALS,
      CODE_INVALID: WRONG_CODE,
      USER_NOT_FOUND: WRONG_CREDENTIALS,
      // A name with a code, or nonsense: nobody has it.
      PHONE_INVALID: WRONG_CREDENTIALS,
      EMAIL_INVALID: WRONG_CREDENTIALS,
    },
  }),
  row({
    id: '登录',
    summary: '退出登录',
    methods: ANY,
    path: '/auth/logout',
    operation: 'Logout',
    session: true,
    result: () => ({ message: '退出成功' }),
  }),
  row({
    id: '登录',
    summary: '刷新令牌，旧令牌失效',
    methods: ANY,
    path: '/auth/refresh',
    operation: 'RefreshSession',
    session: true,
    result: ({ refreshSession }) => accessToken(refreshSession),
  }),
  row({
    id: '验证码',
    summary: '发送验证码给未注册的手机或邮箱',
    methods: ['POST'],
    path: '/verifycodes/register',
    operation: 'SendCode',
    status: 202,
    parameters: { to: ADDRESS },
    variables: ({ to }) => ({ input: { ...to, purposes: ['REGISTER', 'BIND'] } }),
    result: codeSent,
  }),
  row({
    id: '验证码',
    summary: '发送验证码给已注册的手机或邮箱',
    methods: ['POST'],
    path: '/verifycodes',
    operation: 'SendCode',
    status: 202,
    parameters: { to: ADDRESS },
    variables: ({ to }) => ({ input: { ...to, purposes: ['LOGIN', 'RETRIEVE', 'UNBIND'] } }),
    result: codeSent,
    errors: { USER_NOT_FOUND: UNKNOWN_USER },
  }),
  row({
    id: '注册',
    summary: '注册，返回令牌',
    methods: ['POST'],
    path: '/users',
    operation: 'Register',
    status: 201,
    parameters: {
      name: text('名称').example('小明').required(),
      verified: VERIFIABLE,
      password: PASSWORD,
      verifiable_code: CODE.required(),
    },
    variables: ({ name, verified, password, verifiable_code }) => ({
      input: { name, ...verified, password, code: verifiable_code },
    }),
    result: ({ register: { token, expiresAt } }) => ({
      token,
      ttl: minutesLeft(expiresAt),
      refresh_ttl: minutesLeft(expiresAt),
    }),
    errors: { CODE_INVALID: WRONG_CODE },
  }),
  row({
    id: '修改用户信息',
    summary: '修改资料',
    methods: ['PATCH'],
    path: '/user',
    operation: 'UpdateProfile',
    session: true,
    status: 204,
    parameters: {
      // Null clears what can be cleared; a name cannot.
      name: text('名称').example('小明'),
      bio: text('个人传记，最多 191 个字符').clearable(),
      sex: choice(SEX_NAMES, '性别，0 保密 1 男 2 女').clearable(),
      location: text('位置信息').example('四川省 成都市').clearable(),
      avatar: picture('头像的 File node'),
      bg: picture('背景图片的 File node'),
    },
    variables: ({ avatar, bg, ...profile }) => ({
      input: { ...profile, avatarId: avatar, backgroundId: bg },
    }),
  }),
  row({
    id: '更新认证用户的手机号码和邮箱',
    summary: '更换手机号码或邮箱',
    methods: ['PUT'],
    path: '/user',
    operation: 'UpdateContact',
    session: true,
    status: 204,
    parameters: { contact: ADDRESS, verifiable_code: CODE.required() },
    variables: ({ contact: { phone, email }, verifiable_code }) => ({
      phone: phone ?? '',
      byPhone: phone !== undefined,
      email: email ?? '',
      byEmail: email !== undefined,
      code: verifiable_code,
    }),
    errors: { CONTACT_AMBIGUOUS: { status: 422, shape: 'list', message: '非法操作' } },
  }),
  row({
    id: '更新认证用户密码',
    summary: '修改密码',
    methods: ['PUT'],
    path: '/user/password',
    operation: 'ChangePassword',
    session: true,
    status: 204,
    parameters: {
      confirmed: group({
        password: PASSWORD.required(),
        password_confirmation: secret('必须和 password 一致')
          .example('correct-horse-7')
          .required('PASSWORD_MISMATCH'),
      }).refine((given) => given.password_confirmation === given.password, 'PASSWORD_MISMATCH'),
      old_password: secret('原密码，已设置密码时必须'),
    },
    variables: ({ confirmed: { password }, old_password }) => ({
      input: { oldPassword: old_password, password },
    }),
    errors: {
      CREDENTIALS_INVALID: { status: 422, shape: 'field', message: '账户密码错误' },
      PASSWORD_MISMATCH: {
        status: 422,
        shape: 'errors',
        field: 'password',
        message: '确认输入的新密码不一致',
      },
    },
  }),
  row({
    id: '用户找回密码',
    summary: '用验证码重设密码',
    methods: ['PUT'],
    path: '/user/retrieve-password',
    operation: 'RetrievePassword',
    status: 204,
    parameters: {
      notBoth: group({ phone: PHONE, email: EMAIL }).refine(
        ({ phone, email }) => phone === undefined || email === undefined,
        'CONTACT_AMBIGUOUS',
      ),
      verified: VERIFIABLE,
      ...PROOF,
    },
    variables: ({ verified, password, verifiable_code }) => ({
      input: { ...verified, password, code: verifiable_code },
    }),
    errors: {
      CONTACT_AMBIGUOUS: { status: 400, shape: 'list', message: '非法请求' },
      USER_NOT_FOUND: UNKNOWN_USER,
    },
  }),
  row({
    id: '解除用户 Phone 绑定',
    summary: '解除手机号码绑定',
    methods: ['DELETE'],
    path: '/user/phone',
    operation: 'UnbindPhone',
    session: true,
    status: 204,
    parameters: PROOF,
    variables: ({ password, verifiable_code }) => ({ input: { password, code: verifiable_code } }),
    errors: REFUSED_UNBINDING,
  }),
  row({
    id: '解除用户 E-Mail 绑定',
    summary: '解除邮箱绑定',
    methods: ['DELETE'],
    path: '/user/email',
    operation: 'UnbindEmail',
    session: true,
    status: 204,
    parameters: PROOF,
    variables: ({ password, verifiable_code }) => ({ input: { password, code: verifiable_code } }),
    errors: REFUSED_UNBINDING,
  }),
  row({
    id: '注销账号',
    summary: '注销账号',
    methods: ['DELETE'],
    path: '/user',
    operation: 'DeleteAccount',
    session: true,
    status: 202,
    result: () => ({ message: '操作成功,再见' }),
  }),
];
