import {
  both,
  exactly,
  filled,
  flag,
  int,
  list,
  maybe,
  none,
  object,
  type Shape,
  some,
  text,
} from '../support/shapes.js';
import type { Method } from './plus.support.js';

/**
 * What the public clients of ThinkSNS+ send in each flow, and what they read of the answers, written from what was seen of
 * them. A text in braces stands for what the client knows by then: what was typed, and what it kept of answers.
 */

export interface Step {
  send: readonly [method: Method, path: string];
  query?: Readonly<Record<string, string>>;
  body?: Readonly<Record<string, unknown>>;
  /** The encoding of the body; the client's own when left out. `bytes` is the picture alone, with the task's headers. */
  as?: 'json' | 'form' | 'multipart' | 'bytes';
  answers: number;
  reads?: Shape;
  /** What the client keeps: its name, and the way to it in the answer. */
  keeps?: Readonly<Record<string, string>>;
  /** The name of the address to which a code comes, which the user then types. */
  receives?: string;
  /** True where the client sends no token though it may have one. */
  anonymous?: boolean;
}

export interface Flow {
  name: string;
  /** Steps in an array are sent at once. */
  steps: readonly (Step | readonly Step[])[];
}

export interface PublicClient {
  name: string;
  headers: Readonly<Record<string, string>>;
  encodes: 'json' | 'form';
  /** `Authorization` of a client that is not logged in; undefined where it sends none. */
  tokenless?: string;
  flows: readonly Flow[];
}

// What they read.

const FILE = object({ url: filled, vendor: filled, mime: maybe(text), size: maybe(int) });
const TAG = object({ id: int, name: filled });
const COUNTERS = {
  user_id: int,
  likes_count: int,
  comments_count: int,
  followers_count: int,
  followings_count: int,
  feeds_count: int,
  questions_count: int,
  answers_count: int,
  checkin_count: int,
  last_checkin_count: int,
  updated_at: filled,
};
/** Clients with models of their own fail on a whole list where one field of one user has another type. */
const PERSON = {
  id: int,
  name: filled,
  bio: maybe(text),
  sex: int,
  location: maybe(text),
  created_at: filled,
  updated_at: filled,
  avatar: maybe(FILE),
  bg: maybe(FILE),
  follower: flag,
  following: flag,
  blacked: flag,
  verified: maybe(object({ type: filled, icon: none, description: maybe(text) })),
  tags: list(TAG),
  extra: object(COUNTERS),
};
const USER = object(PERSON);
const USERS = list(USER);
const SOME_USERS = some(USER);
const RANKED = some(object({ ...PERSON, extra: object({ ...COUNTERS, rank: int, count: int }) }));
const OWN = {
  ...PERSON,
  phone: maybe(filled),
  email: maybe(filled),
  friends_count: int,
  initial_password: flag,
  currency: object({ sum: int }),
  wallet: object({ balance: int }),
  new_wallet: object({ balance: int }),
};
const ME = object(OWN);
const MESSAGE = object({ message: filled });
const COUNTS = object({
  user: object({ following: int, mutual: int, liked: int, commented: int, system: int }),
});
const CERTIFICATION = object({
  id: int,
  certification_name: exactly('user'),
  status: exactly(0),
  data: object({ name: filled, phone: filled, number: filled, desc: filled, files: some(int) }),
});
const UNREAD = object({ badge: int, last_created_at: none, preview_users_names: list(text) });
const TREE = object({
  id: int,
  name: filled,
  parent: object({ name: filled, parent: object({ name: filled, parent: none }) }),
});

// What more than one of them does.

const LOGIN_AS = { login: '{phone}', password: '{password}' };
const LOGGED_IN = object({ access_token: filled, token_type: filled, expires_in: int, refresh_ttl: int });

const bootstrappers: Step = {
  send: ['GET', '/bootstrappers'],
  answers: 200,
  reads: object({
    registerSettings: object({ open: flag, type: text, method: text }),
    site: object({
      status: flag,
      reward: object({ status: flag, amounts: filled }),
      currency_name: object({ name: filled, unit: filled }),
      reserved_nickname: text,
      client_email: text,
    }),
  }),
};
const advertisements: Step = { send: ['GET', '/advertisingspace'], answers: 200, reads: list(object({})) };
const feeds: Step = {
  send: ['GET', '/feeds'],
  query: { type: 'new', limit: '15' },
  answers: 200,
  reads: object({ feeds: list(object({})), pinned: list(object({})) }),
};
const notifications: Step = {
  send: ['GET', '/user/notification-statistics'],
  answers: 200,
  reads: object({ at: UNREAD, comment: UNREAD, like: UNREAD, system: UNREAD, follow: UNREAD }),
};
const unread: Step = { send: ['GET', '/user/unread-count'], answers: 200, reads: object({}) };
const newsCategories: Step = {
  send: ['GET', '/news/cates'],
  answers: 200,
  reads: object({ my_cates: list(object({})), more_cates: list(object({})) }),
};
const counts: Step = { send: ['GET', '/user/counts'], answers: 200, reads: COUNTS };

const codeFor = (address: string, known: boolean): Step => ({
  send: ['POST', known ? '/verifycodes' : '/verifycodes/register'],
  body: { [address === 'email' ? 'email' : 'phone']: `{${address}}` },
  answers: 202,
  receives: address,
});

const registration: readonly Step[] = [
  codeFor('phone', false),
  {
    send: ['POST', '/users'],
    body: {
      name: '{name}',
      phone: '{phone}',
      verifiable_type: 'sms',
      verifiable_code: '{code}',
      password: '{password}',
    },
    answers: 201,
    reads: object({ token: filled }),
    keeps: { token: 'token' },
  },
];

const login: Step = {
  send: ['POST', '/auth/login'],
  body: LOGIN_AS,
  answers: 200,
  reads: LOGGED_IN,
  keeps: { token: 'access_token' },
  anonymous: true,
};
const wrongLogin: Step = {
  ...login,
  body: { ...LOGIN_AS, password: 'not the password' },
  answers: 422,
  // Shown as it is.
  reads: object({ message: exactly('账号或密码不正确') }),
  keeps: {},
};
const loginByCode: Step = { ...login, body: { login: '{phone}', verifiable_code: '{code}' } };
const own: Step = { send: ['GET', '/user'], answers: 200, reads: ME, keeps: { me: 'id' } };
const logins: readonly Step[] = [wrongLogin, login, own, codeFor('phone', true), loginByCode, own];

const logout = (method: Method): Flow => ({
  name: 'logs out',
  steps: [
    { send: [method, '/auth/logout'], answers: 200, reads: MESSAGE },
    { send: ['GET', '/user'], answers: 401, reads: MESSAGE },
  ],
});

const editing: Step = {
  send: ['PATCH', '/user'],
  body: { name: '{name}', bio: '简介', sex: 1, location: '中国 四川省 成都市' },
  answers: 204,
};

/** In two steps: the task, and the bytes to where it says. The node is read where the bytes went. */
const stored: readonly Step[] = [
  {
    send: ['POST', '/storage'],
    body: {
      filename: 'avatar.png',
      hash: '{hash}',
      size: '{size}',
      mime_type: 'image/png',
      storage: { channel: 'public' },
    },
    as: 'json',
    answers: 201,
    reads: object({
      uri: filled,
      method: exactly('PUT'),
      headers: object({}),
      form: none,
      file_key: none,
      node: filled,
    }),
    keeps: { uri: 'uri', headers: 'headers' },
  },
  {
    send: ['PUT', '{uri}'],
    as: 'bytes',
    answers: 201,
    reads: object({ node: filled }),
    keeps: { node: 'node' },
  },
];
const pictured = (field: 'avatar' | 'bg'): readonly Step[] => [
  ...stored,
  { send: ['PATCH', '/user'], body: { [field]: '{node}' }, answers: 204 },
];
const sent = (field: 'avatar' | 'bg'): Step => ({
  send: ['POST', `/user/${field}`],
  body: { [field === 'bg' ? 'image' : field]: '{picture}' },
  as: 'multipart',
  answers: 204,
});
const shown: Step = {
  send: ['GET', '/user'],
  answers: 200,
  reads: both(
    ME,
    object({ avatar: FILE, bg: FILE, name: filled, bio: filled, location: filled, sex: exactly(1) }),
  ),
};

const follow: Step = { send: ['PUT', '/user/followings/{other}'], answers: 204 };
const unfollow: Step = { ...follow, send: ['DELETE', '/user/followings/{other}'] };
/** The button shows whether one follows. */
const otherIs = (follower: boolean): Step => ({
  send: ['GET', '/users/{other}'],
  answers: 200,
  reads: both(USER, object({ follower: exactly(follower) })),
});
const following: readonly Step[] = [otherIs(false), follow, otherIs(true), unfollow, otherIs(false), follow];

const listOf = (path: string, reads = USERS, query: Record<string, string> = {}): Step => ({
  send: ['GET', path],
  query: { limit: '15', offset: '0', ...query },
  answers: 200,
  reads,
});
const found: readonly Step[] = [
  listOf('/user/recommends'),
  listOf('/user/populars', SOME_USERS),
  listOf('/user/latests', SOME_USERS),
  listOf('/user/find-by-tags'),
  listOf('/user/search', SOME_USERS, { keyword: '{otherName}' }),
];
const follows: readonly Step[] = [
  listOf('/users/{other}/followers', SOME_USERS),
  listOf('/users/{me}/followings', SOME_USERS),
];

const RANKINGS = [
  '/ranks/followers',
  '/ranks/balance',
  '/ranks/income',
  '/checkin-ranks',
  '/question-ranks/experts',
  '/question-ranks/likes',
];
const rankings: readonly Step[] = RANKINGS.map((path) => listOf(path, RANKED));

const cities: readonly Step[] = [
  { send: ['GET', '/locations/hots'], answers: 200, reads: some(filled) },
  {
    send: ['GET', '/locations/search'],
    query: { name: '成都' },
    answers: 200,
    reads: some(object({ items: none, tree: TREE })),
  },
  {
    send: ['GET', '/locations/search'],
    query: { name: '四川' },
    answers: 200,
    reads: some(
      object({
        items: some(object({ id: int, name: filled })),
        tree: object({ id: int, name: filled, parent: object({ name: filled, parent: none }) }),
      }),
    ),
  },
];
const HERE = { longitude: '104.0668', latitude: '30.5728' };
const AROUND = list(object({ user_id: int, distance: int }));
const around: readonly Step[] = [
  { send: ['POST', '/around-amap'], body: HERE, answers: 201, reads: MESSAGE },
  { send: ['GET', '/around-amap'], query: { ...HERE, limit: '10' }, answers: 200, reads: AROUND },
];

const allTags: Step = {
  send: ['GET', '/tags'],
  answers: 200,
  reads: some(object({ id: int, name: filled, tags: list(TAG) })),
  keeps: { tag: '0.tags.0.id' },
};
const ownTags: Step = { send: ['GET', '/user/tags'], answers: 200, reads: list(TAG) };
const tagging: readonly Step[] = [
  { send: ['PUT', '/user/tags/{tag}'], answers: 204 },
  { send: ['PUT', '/user/tags/{tag}'], answers: 422, reads: object({ message: some(filled) }) },
  { send: ['GET', '/users/{me}/tags'], answers: 200, reads: some(TAG) },
  { ...own, reads: both(ME, object({ tags: some(TAG) })) },
  { send: ['DELETE', '/user/tags/{tag}'], answers: 204 },
];

const noCertification: Step = { send: ['GET', '/user/certification'], answers: 200, reads: object({}) };
const numbered: readonly Step[] = [
  { send: ['GET', '/files/uploaded/{cardHash}'], answers: 404, reads: MESSAGE },
  {
    send: ['POST', '/files'],
    body: { file: '{card}' },
    as: 'multipart',
    answers: 201,
    reads: object({ message: some(filled), id: int }),
    keeps: { file: 'id' },
  },
  { send: ['GET', '/files/uploaded/{cardHash}'], answers: 200, reads: object({ id: int }) },
];
const certified: readonly Step[] = [
  {
    send: ['POST', '/user/certification'],
    body: {
      type: 'user',
      name: '七夜',
      number: '{idNumber}',
      phone: '{phone}',
      desc: '认证描述',
      files: ['{file}', '{file}'],
    },
    as: 'json',
    answers: 201,
    reads: MESSAGE,
  },
  { ...noCertification, reads: CERTIFICATION },
];

const changedPassword = (after: string): readonly Step[] => [
  {
    send: ['PUT', '/user/password'],
    body: { old_password: 'not the password', password: after, password_confirmation: after },
    answers: 422,
    reads: object({ old_password: some(filled) }),
  },
  {
    send: ['PUT', '/user/password'],
    body: { old_password: '{password}', password: after, password_confirmation: after },
    answers: 204,
  },
];
/** Back to the password that the client knows. */
const retrieved: readonly Step[] = [
  codeFor('phone', true),
  {
    send: ['PUT', '/user/retrieve-password'],
    body: {
      verifiable_type: 'sms',
      phone: '{phone}',
      verifiable_code: '{code}',
      password: '{password}',
    },
    answers: 204,
    anonymous: true,
  },
  login,
];

const bound: readonly Step[] = [
  codeFor('email', false),
  { send: ['PUT', '/user'], body: { email: '{email}', verifiable_code: '{code}' }, answers: 204 },
  { ...own, reads: both(ME, object({ email: filled })) },
  codeFor('email', true),
  {
    send: ['DELETE', '/user/email'],
    body: { password: '{password}', verifiable_code: '{code}' },
    answers: 204,
  },
  { ...own, reads: both(ME, object({ email: none })) },
];
const linkedProviders = (reads: Shape): Step => ({ send: ['GET', '/user/socialite'], answers: 200, reads });
const linked: readonly Step[] = [
  linkedProviders(list(text)),
  { send: ['PATCH', '/user/socialite/qq'], body: { access_token: '{linkedQq}' }, answers: 204 },
  linkedProviders(some(exactly('qq'))),
  { send: ['DELETE', '/user/socialite/qq'], answers: 204 },
];
const byThirdParty: Flow = {
  name: 'logs in through a third party',
  steps: [
    {
      send: ['POST', '/socialite/weibo'],
      body: { access_token: '{weibo}' },
      answers: 404,
      reads: MESSAGE,
      anonymous: true,
    },
    {
      send: ['PATCH', '/socialite/weibo'],
      body: { access_token: '{weibo}', name: '{weiboName}' },
      answers: 201,
      reads: object({ token: filled, user: ME }),
      anonymous: true,
    },
    {
      send: ['POST', '/socialite/weibo'],
      body: { access_token: '{weibo}' },
      answers: 201,
      // The picture is still at the third party, and an object like every other.
      reads: object({
        token: filled,
        user: both(ME, object({ avatar: object({ url: filled, vendor: exactly('external') }) })),
      }),
      anonymous: true,
    },
  ],
};

const blocked: readonly Step[] = [
  { send: ['POST', '/user/black/{other}'], answers: 201 },
  { ...otherIs(false), reads: both(USER, object({ blacked: exactly(true), follower: exactly(false) })) },
  { ...follow, answers: 422 },
  listOf('/user/blacks', SOME_USERS),
  { send: ['DELETE', '/user/black/{other}'], answers: 204 },
  { ...otherIs(false), reads: both(USER, object({ blacked: exactly(false) })) },
  { send: ['POST', '/report/users/{other}'], body: { reason: '广告' }, answers: 201 },
];

const H5_HEADERS = { 'x-requested-with': 'XMLHttpRequest', accept: 'application/json, text/plain, */*' };

export const CLIENTS: readonly PublicClient[] = [
  {
    name: 'H5 4.1.2',
    headers: H5_HEADERS,
    encodes: 'json',
    tokenless: 'Bearer ',
    flows: [
      { name: 'starts', steps: [bootstrappers, advertisements, newsCategories, feeds] },
      { name: 'registers', steps: registration },
      { name: 'logs in', steps: [...logins, unread] },
      { name: 'edits a profile', steps: [editing, sent('avatar'), sent('bg'), shown] },
      { name: 'follows', steps: [...following, ...follows] },
      { name: 'finds people', steps: [...found, ...rankings, ...around] },
      { name: 'picks a city and tags', steps: [...cities, allTags, ...tagging] },
      { name: 'submits a certification', steps: [noCertification, ...numbered, ...certified] },
      { name: 'changes the password', steps: [...changedPassword('changed-horse-8'), ...retrieved] },
      { name: 'binds', steps: [...bound, ...linked] },
      { name: 'blocks and reports', steps: blocked },
      logout('GET'),
    ],
  },
  {
    name: 'H5 4.5.0',
    headers: H5_HEADERS,
    encodes: 'json',
    flows: [
      { name: 'starts', steps: [bootstrappers, advertisements, feeds] },
      { name: 'registers', steps: registration },
      { name: 'logs in', steps: [...logins, notifications, counts] },
      { name: 'edits a profile', steps: [editing, ...pictured('avatar'), ...pictured('bg'), shown] },
      { name: 'follows', steps: [...following, ...follows, listOf('/user/follow-mutual')] },
      { name: 'finds people', steps: [...found, ...rankings, ...around] },
      { name: 'picks a city and tags', steps: [...cities, allTags, ownTags, ...tagging] },
      { name: 'submits a certification', steps: [noCertification, ...numbered, ...certified] },
      { name: 'changes the password', steps: [...changedPassword('changed-horse-8'), ...retrieved] },
      { name: 'binds', steps: [...bound, ...linked] },
      { name: 'blocks and reports', steps: blocked },
      logout('POST'),
    ],
  },
  {
    name: 'PC',
    headers: { accept: 'application/json, text/plain, */*' },
    encodes: 'json',
    flows: [
      // Its server asks before every page.
      { name: 'starts', steps: [bootstrappers, feeds, advertisements] },
      { name: 'registers', steps: registration },
      { name: 'logs in', steps: [wrongLogin, login, own, notifications] },
      { name: 'edits a profile', steps: [editing, ...pictured('avatar'), ...pictured('bg'), shown] },
      { name: 'follows', steps: [...following, ...follows] },
      {
        name: 'shows rankings',
        steps: [rankings.map((step) => ({ ...step, query: { limit: '20' } })), listOf('/user/recommends')],
      },
      { name: 'picks a city and tags', steps: [...cities, [ownTags, allTags], ...tagging] },
      { name: 'submits a certification', steps: [noCertification, ...numbered, ...certified] },
      { name: 'changes the password', steps: [...changedPassword('changed-horse-8'), ...retrieved] },
      { name: 'binds', steps: [...bound, ...linked] },
      { name: 'blocks and reports', steps: blocked },
      logout('POST'),
    ],
  },
  {
    name: 'Android',
    headers: { accept: 'application/json', 'user-agent': 'okhttp/3.9.0' },
    encodes: 'form',
    tokenless: 'Bearer  ',
    flows: [
      { name: 'starts', steps: [bootstrappers, advertisements, newsCategories] },
      { name: 'registers', steps: registration },
      {
        name: 'logs in',
        steps: [
          wrongLogin,
          login,
          own,
          codeFor('phone', true),
          // Without a session it asks who it is that a code was just sent to.
          {
            send: ['POST', '/user/find-by-phone'],
            body: { phones: ['{phone}'] },
            as: 'json',
            answers: 200,
            reads: some(object({ ...PERSON, mobi: filled })),
            anonymous: true,
          },
          loginByCode,
          own,
          counts,
          unread,
        ],
      },
      {
        name: 'edits a profile',
        steps: [
          editing,
          ...pictured('avatar'),
          ...pictured('bg'),
          shown,
          { send: ['GET', '/users'], query: { id: '{me},{other}' }, answers: 200, reads: SOME_USERS },
        ],
      },
      {
        name: 'follows',
        steps: [
          ...following,
          ...follows,
          listOf('/user/follow-mutual'),
          { send: ['PATCH', '/user/counts'], body: { type: 'following' }, answers: 204 },
        ],
      },
      {
        name: 'finds people',
        steps: [
          ...found,
          {
            send: ['POST', '/user/find-by-phone'],
            body: { phones: ['{otherPhone}', '{freePhone}'] },
            as: 'json',
            answers: 200,
            reads: some(object({ ...PERSON, mobi: filled })),
          },
          ...rankings,
          ...around,
          { send: ['DELETE', '/around-amap'], answers: 204 },
        ],
      },
      { name: 'picks a city and tags', steps: [...cities, allTags, ownTags, ...tagging] },
      { name: 'submits a certification', steps: [noCertification, ...numbered, ...certified] },
      { name: 'changes the password', steps: [...changedPassword('changed-horse-8'), ...retrieved] },
      { name: 'binds', steps: [...bound, ...linked] },
      byThirdParty,
      { name: 'blocks and reports', steps: blocked },
      logout('POST'),
    ],
  },
  {
    name: 'iOS',
    headers: { accept: 'application/json' },
    encodes: 'json',
    flows: [
      { name: 'starts', steps: [bootstrappers, advertisements, feeds] },
      { name: 'registers', steps: registration },
      {
        name: 'logs in',
        steps: [
          ...logins,
          // Otherwise it asks for a first password.
          { ...own, reads: both(ME, object({ initial_password: exactly(true) })) },
          counts,
          { send: ['GET', '/user/abilities'], answers: 200, reads: list(object({ name: filled })) },
        ],
      },
      { name: 'edits a profile', steps: [editing, ...pictured('avatar'), ...pictured('bg'), shown] },
      {
        name: 'follows',
        steps: [...following, ...follows, listOf('/user/followers'), listOf('/user/followings', SOME_USERS)],
      },
      { name: 'finds people', steps: [...found, ...rankings, ...around] },
      { name: 'picks a city and tags', steps: [...cities, allTags, ownTags, ...tagging] },
      { name: 'submits a certification', steps: [noCertification, ...numbered, ...certified] },
      { name: 'changes the password', steps: [...changedPassword('changed-horse-8'), ...retrieved] },
      { name: 'binds', steps: [...bound, ...linked] },
      byThirdParty,
      { name: 'blocks and reports', steps: blocked },
      logout('GET'),
    ],
  },
  {
    name: 'uni-app',
    headers: { accept: '*/*' },
    encodes: 'json',
    tokenless: 'Bearer ',
    flows: [
      { name: 'starts', steps: [bootstrappers, feeds] },
      {
        name: 'registers',
        // It asks whether the name is free first.
        steps: [{ send: ['GET', '/users/{name}'], answers: 404, reads: MESSAGE }, ...registration],
      },
      { name: 'logs in', steps: [...logins, counts] },
      { name: 'edits a profile', steps: [editing, ...pictured('avatar'), ...pictured('bg'), shown] },
      { name: 'follows', steps: [...following, ...follows] },
      { name: 'changes the password', steps: changedPassword('changed-horse-8') },
      logout('POST'),
    ],
  },
];
