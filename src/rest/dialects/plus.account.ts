import { AppError } from '../../errors/app-error.js';
import type { Method } from '../dialect.js';
import type { Input } from '../input.js';
import type { Data, UndeclaredRoute } from '../undeclared.js';
import { SEX_NAMES } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import { contact, minutesLeft } from './plus.values.js';

/** Log-in, registration, codes, profile, contact and password: `plus.md` 修改用户信息 on and docs/decisions.md. */

const ANY: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const accessToken = ({ token, expiresAt }: Data) => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: minutesLeft(expiresAt),
  refresh_ttl: minutesLeft(expiresAt),
});

/** The code must have come by this (`verifiable_type`), and the address be given for it. */
function verifiable(input: Input): { phone: string } | { email: string } {
  const type = input.required('verifiable_type');
  if (type === 'sms') return { phone: input.required('phone') };
  if (type === 'mail') return { email: input.required('email') };
  throw new AppError('INVALID_INPUT', { field: 'verifiable_type' });
}

/** Six digits; a client that sends them as a number (`plus.md` 输入) has lost the zeros in front. */
const inFull = (code: string): string => (/^\d+$/.test(code) ? code.padStart(6, '0') : code);

const withCode = (input: Input) => ({ code: inFull(input.required('verifiable_code')) });

/** A picture is named by its node, or by the address that it was shown with; the schema takes bare ids too. */
function picture(input: Input, name: string): string | null | undefined {
  const text = input.clearable(name);
  if (text && !/^(?:public:|https?:\/\/)/.test(text)) throw new AppError('INVALID_INPUT', { field: name });
  return text;
}

function changes(input: Input) {
  return {
    input: {
      // Null clears what can be cleared; a name cannot.
      name: input.text('name'),
      bio: input.clearable('bio'),
      sex: input.int('sex') === undefined ? input.clearable('sex') : input.choice('sex', SEX_NAMES),
      location: input.clearable('location'),
      avatarId: picture(input, 'avatar'),
      backgroundId: picture(input, 'bg'),
    },
  };
}

function newContact(input: Input) {
  const given = contact(input);
  return { ...given, byPhone: 'phone' in given, byEmail: 'email' in given, ...withCode(input) };
}

function newPassword(input: Input) {
  const password = input.required('password');
  if (input.text('password_confirmation') !== password) {
    throw new AppError('PASSWORD_MISMATCH', { field: 'password' });
  }
  return { input: { oldPassword: input.text('old_password'), password } };
}

function retrieval(input: Input) {
  if (input.text('phone') !== undefined && input.text('email') !== undefined) {
    throw new AppError('CONTACT_AMBIGUOUS');
  }
  return { input: { ...verifiable(input), password: input.required('password'), ...withCode(input) } };
}

const proof = (input: Input) => ({ input: { password: input.required('password'), ...withCode(input) } });

/** By password, or by a code sent to a phone or an e-mail address. */
function credentials(input: Input) {
  const account = input.required('login');
  const code = input.text('verifiable_code');
  return {
    input: {
      account,
      ...(code === undefined ? { password: input.required('password') } : { code: inFull(code) }),
    },
  };
}

function registration(input: Input) {
  const name = input.required('name');
  return { input: { name, ...verifiable(input), password: input.text('password'), ...withCode(input) } };
}

const codeFor = (purposes: readonly string[]) => (input: Input) => ({
  input: { ...contact(input), purposes },
});

const codeSent = () => ({ message: ['获取成功'] });

/** Refusals of log-in and registration are texts, where others are lists: their clients show them as they are. */
const WRONG_CREDENTIALS: PlusFailure = { status: 422, shape: 'text', message: '账号或密码不正确' };
const WRONG_CODE: PlusFailure = { status: 422, shape: 'text', message: '验证码错误或者已失效' };

const UNKNOWN_USER: PlusFailure = { status: 422, shape: 'errors', message: '用户不存在' };
const WRONG_PASSWORD: PlusFailure = { status: 422, shape: 'list', message: '密码错误' };

const REFUSED_UNBINDING: UndeclaredRoute<PlusFailure>['errors'] = {
  CREDENTIALS_INVALID: WRONG_PASSWORD,
  NOT_FOUND: { status: 422, shape: 'list', message: '非法操作' },
};

export const ACCOUNT_ROUTES: readonly UndeclaredRoute<PlusFailure>[] = [
  {
    id: '登录',
    summary: '登录，返回令牌',
    methods: ['POST'],
    path: '/auth/login',
    operation: 'Login',
    variables: credentials,
    result: ({ login }) => accessToken(login),
    errors: {
      CREDENTIALS_INVALID: WRONG_CREDENTIALS,
      CODE_INVALID: WRONG_CODE,
      USER_NOT_FOUND: WRONG_CREDENTIALS,
      // A name with a code, or nonsense: nobody has it.
      PHONE_INVALID: WRONG_CREDENTIALS,
      EMAIL_INVALID: WRONG_CREDENTIALS,
    },
  },
  {
    id: '登录',
    summary: '退出登录',
    methods: ANY,
    path: '/auth/logout',
    operation: 'Logout',
    session: true,
    result: () => ({ message: '退出成功' }),
  },
  {
    id: '登录',
    summary: '刷新令牌，旧令牌失效',
    methods: ANY,
    path: '/auth/refresh',
    operation: 'RefreshSession',
    session: true,
    result: ({ refreshSession }) => accessToken(refreshSession),
  },
  {
    id: '验证码',
    summary: '发送验证码给未注册的手机或邮箱',
    methods: ['POST'],
    path: '/verifycodes/register',
    operation: 'SendCode',
    status: 202,
    variables: codeFor(['REGISTER', 'BIND']),
    result: codeSent,
  },
  {
    id: '验证码',
    summary: '发送验证码给已注册的手机或邮箱',
    methods: ['POST'],
    path: '/verifycodes',
    operation: 'SendCode',
    status: 202,
    variables: codeFor(['LOGIN', 'RETRIEVE', 'UNBIND']),
    result: codeSent,
    errors: { USER_NOT_FOUND: UNKNOWN_USER },
  },
  {
    id: '注册',
    summary: '注册，返回令牌',
    methods: ['POST'],
    path: '/users',
    operation: 'Register',
    status: 201,
    variables: registration,
    result: ({ register: { token, expiresAt } }) => ({
      token,
      ttl: minutesLeft(expiresAt),
      refresh_ttl: minutesLeft(expiresAt),
    }),
    errors: { CODE_INVALID: WRONG_CODE },
  },
  {
    id: '修改用户信息',
    summary: '修改资料',
    methods: ['PATCH'],
    path: '/user',
    operation: 'UpdateProfile',
    session: true,
    status: 204,
    variables: changes,
  },
  {
    id: '更新认证用户的手机号码和邮箱',
    summary: '更换手机号码或邮箱',
    methods: ['PUT'],
    path: '/user',
    operation: 'UpdateContact',
    session: true,
    status: 204,
    variables: newContact,
    errors: { CONTACT_AMBIGUOUS: { status: 422, shape: 'list', message: '非法操作' } },
  },
  {
    id: '更新认证用户密码',
    summary: '修改密码',
    methods: ['PUT'],
    path: '/user/password',
    operation: 'ChangePassword',
    session: true,
    status: 204,
    variables: newPassword,
    errors: {
      CREDENTIALS_INVALID: { status: 422, shape: 'field', message: '账户密码错误' },
      PASSWORD_MISMATCH: { status: 422, shape: 'errors', message: '确认输入的新密码不一致' },
    },
  },
  {
    id: '用户找回密码',
    summary: '用验证码重设密码',
    methods: ['PUT'],
    path: '/user/retrieve-password',
    operation: 'RetrievePassword',
    status: 204,
    variables: retrieval,
    errors: {
      CONTACT_AMBIGUOUS: { status: 400, shape: 'list', message: '非法请求' },
      USER_NOT_FOUND: UNKNOWN_USER,
    },
  },
  {
    id: '解除用户 Phone 绑定',
    summary: '解除手机号码绑定',
    methods: ['DELETE'],
    path: '/user/phone',
    operation: 'UnbindPhone',
    session: true,
    status: 204,
    variables: proof,
    errors: REFUSED_UNBINDING,
  },
  {
    id: '解除用户 E-Mail 绑定',
    summary: '解除邮箱绑定',
    methods: ['DELETE'],
    path: '/user/email',
    operation: 'UnbindEmail',
    session: true,
    status: 204,
    variables: proof,
    errors: REFUSED_UNBINDING,
  },
  {
    id: '注销账号',
    summary: '注销账号',
    methods: ['DELETE'],
    path: '/user',
    operation: 'DeleteAccount',
    session: true,
    status: 202,
    result: () => ({ message: '操作成功,再见' }),
  },
];
