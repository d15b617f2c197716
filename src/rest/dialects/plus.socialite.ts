import { tables } from '../dialect.js';
import { secret, text, word } from '../parameters.js';
import { answered } from '../values.js';
import { WRONG_CREDENTIALS } from './plus.account.js';
import type { PlusFailure } from './plus.failures.js';
import type { LoginByThirdPartyMutation, PlusOperations, Provider } from './plus.operations.js';
import { minutesLeft, user } from './plus.values.js';

/** Third parties: logging in through them, and linking them. The older public edition's rows. */

const { row } = tables<PlusOperations, PlusFailure>();

const PROVIDERS = { qq: 'QQ', wechat: 'WECHAT', weibo: 'WEIBO' } as const;
const NAMES: Readonly<Record<Provider, string>> = { QQ: 'qq', WECHAT: 'wechat', WEIBO: 'weibo' };

const PROVIDER = {
  provider: word(PROVIDERS, '第三方：qq、wechat 或 weibo').required().refusedAs('NOT_FOUND'),
};

const THIRD_PARTY = {
  ...PROVIDER,
  access_token: secret('第三方的 Access Token').required(),
  openid: text('微信的 openid；QQ、微博可不传'),
};

interface Credential {
  provider: Provider;
  access_token: string;
  openid: string | undefined;
}

const credentialOf = ({ provider, access_token, openid }: Credential) => ({
  provider,
  accessToken: access_token,
  openId: openid,
});

const loggedIn = ({ login: { token, expiresAt, user: owner } }: LoginByThirdPartyMutation) => ({
  token,
  ttl: minutesLeft(expiresAt),
  refresh_ttl: minutesLeft(expiresAt),
  user: user(owner),
});

export const SOCIALITE_ROWS = [
  row({
    id: '第三方登录',
    summary: '已绑定的第三方',
    methods: ['GET'],
    path: '/user/socialite',
    operation: 'LinkedProviders',
    session: true,
    result: ({ linkedProviders }) => answered(linkedProviders).map((provider) => NAMES[provider]),
  }),
  row({
    id: '第三方登录',
    summary: '用第三方登录；没有账号时 404',
    methods: ['POST'],
    path: '/socialite/:provider',
    operation: 'LoginByThirdParty',
    status: 201,
    parameters: THIRD_PARTY,
    variables: (given) => ({ input: { thirdParty: credentialOf(given), knownOnly: true } }),
    result: loggedIn,
  }),
  row({
    id: '第三方登录',
    summary: '用第三方注册新账号',
    methods: ['PATCH'],
    path: '/socialite/:provider',
    operation: 'LoginByThirdParty',
    status: 201,
    parameters: { ...THIRD_PARTY, name: text('名称').example('小明').required() },
    variables: ({ name, ...given }) => ({ input: { thirdParty: credentialOf(given), name } }),
    result: loggedIn,
  }),
  row({
    id: '第三方登录',
    summary: '用账号和密码登录，并绑定第三方',
    methods: ['PUT'],
    path: '/socialite/:provider',
    operation: 'LoginByThirdParty',
    status: 201,
    parameters: {
      ...THIRD_PARTY,
      login: secret('用户名、邮箱或手机号码').example('13812345678').required(),
      password: secret('密码').example('correct-horse-7').required(),
    },
    variables: ({ login, password, ...given }) => ({
      input: { account: login, password, link: credentialOf(given) },
    }),
    result: loggedIn,
    errors: { CREDENTIALS_INVALID: WRONG_CREDENTIALS },
  }),
  row({
    id: '第三方登录',
    summary: '绑定第三方',
    methods: ['PATCH'],
    path: '/user/socialite/:provider',
    operation: 'LinkProvider',
    session: true,
    status: 204,
    parameters: THIRD_PARTY,
    variables: (given) => ({ input: credentialOf(given) }),
  }),
  row({
    id: '第三方登录',
    summary: '解除第三方绑定',
    methods: ['DELETE'],
    path: '/user/socialite/:provider',
    operation: 'UnlinkProvider',
    session: true,
    status: 204,
    parameters: PROVIDER,
    variables: ({ provider }) => ({ provider }),
  }),
];
