import { AppError } from '../../errors/app-error.js';
import type { Input } from '../input.js';
import type { Data, UndeclaredRoute } from '../undeclared.js';
import { dateToSeconds, momentToSeconds, SEX_NAMES, SEX_NUMBERS, secondsToDate } from '../values.js';

/**
 * The URLs of the 安居生活 app: `anlife.md` and docs/decisions.md. Absent parameters leave, empty ones clear. Every field
 * of an answer has the type of its table, set or not: clients of 2015 crash on a null.
 */

/** Documented as GET; answers POST too, because tokens, codes and passwords do not belong in URLs. */
const READ = ['GET', 'POST'] as const;
const WRITE = ['POST'] as const;

/** The picture server of `photo_host`: there is one. */
const IMAGE_HOST = 1;

const NO_COMMUNITY = { id: 0, name: '', city_id: 0 };

const userInfo = (user: Data) => ({
  user_id: Number(user.id),
  nickname: user.nickname,
  sex: SEX_NUMBERS[user.sex],
  phone: user.phone ?? '',
  birthday: user.birthday === null ? 0 : dateToSeconds(user.birthday),
  age: user.age ?? 0,
  photo: user.avatarUrl ?? '',
  background: user.background?.url ?? '',
  community: user.community
    ? {
        id: Number(user.community.id),
        name: user.community.name,
        city_id: Number(user.community.cityId),
      }
    : NO_COMMUNITY,
  signature: user.bio ?? '',
  hobby: user.hobbies.map(hobby),
});

const hobby = ({ id, name }: Data) => ({ hobby_id: Number(id), hobby_name: name });

const loggedIn = ({ login }: Data) => ({ ...userInfo(login.user), auth_token: login.token });

const release = ({ appRelease }: Data) => {
  if (!appRelease) throw new AppError('RELEASE_NOT_FOUND');
  const updated = momentToSeconds(appRelease.updatedAt);
  return {
    id: Number(appRelease.id),
    version: appRelease.version,
    version_code: appRelease.versionCode,
    url: appRelease.url,
    title: appRelease.title,
    msg: appRelease.message,
    updated_time: updated,
    update_time: updated,
    app_type: appRelease.platform === 'IOS' ? 2 : 1,
  };
};

const one = () => 1;

const md5Password = (input: Input, name = 'password') => ({
  password: input.md5(name),
  passwordFormat: 'MD5',
});

const codeRequest = (purpose: string) => (input: Input) => ({
  input: { phone: input.required('phone'), purposes: [purpose] },
});

/** A picture is named by its id, beside which old apps may say its host. An empty id leaves the picture as it is. */
function picture(input: Input, name: 'photo' | 'background'): string | undefined {
  const id = input.text(`${name}_id`) || undefined;
  const host = input.text(`${name}_host`);
  if (id && host !== undefined && input.requiredInt(`${name}_host`) !== IMAGE_HOST)
    throw new AppError('INVALID_INPUT', { field: `${name}_host` });
  return id;
}

/** 0 is none, as in the answers: a date begins at no such moment in Shanghai. */
function birthday(input: Input): string | null | undefined {
  const seconds = input.int('birthday');
  if (seconds === undefined) return undefined;
  return seconds ? secondsToDate(seconds, 'birthday') : null;
}

const profile = (input: Input) => ({
  input: {
    nickname: input.text('nickname'),
    avatarId: picture(input, 'photo'),
    backgroundId: picture(input, 'background'),
    sex: input.int('sex') === null ? 'UNSPECIFIED' : input.choice('sex', SEX_NAMES),
    birthday: birthday(input),
    bio: input.text('signature'),
    hobbyIds: input.idList('hobby'),
    communityId: input.int('community_id')?.toString() ?? input.int('community_id'),
  },
});

const newPassword = (input: Input) => {
  const { password, passwordFormat } = md5Password(input, 'password1');
  if (input.md5('password2').toLowerCase() !== password.toLowerCase()) {
    throw new AppError('PASSWORD_MISMATCH', { field: 'password2' });
  }
  return {
    input: { phone: input.required('phone'), code: input.required('sms_code'), password, passwordFormat },
  };
};

const thirdParty = (input: Input) => ({
  input: {
    thirdParty: { provider: 'WEIBO', accessToken: input.required('token'), openId: input.required('uid') },
  },
});

const retrieval: Omit<UndeclaredRoute<number>, 'path'> = {
  id: '接口11',
  summary: '找回密码提交',
  methods: READ,
  operation: 'RetrievePassword',
  variables: newPassword,
  result: one,
};

export const ROUTES: readonly UndeclaredRoute<number>[] = [
  {
    id: '接口1',
    summary: '手机号登录',
    methods: WRITE,
    path: '/user/loginAndGetUserInfo',
    operation: 'Login',
    variables: (input) => ({ input: { phone: input.required('phone'), ...md5Password(input) } }),
    result: loggedIn,
  },
  {
    id: '接口2',
    summary: '获取用户信息',
    methods: READ,
    path: '/user/getUserInfo',
    operation: 'UserInfoById',
    variables: (input) => ({ id: String(input.requiredInt('user_id')) }),
    result: ({ user }) => {
      if (!user) throw new AppError('USER_NOT_FOUND', { field: 'user_id' });
      return userInfo(user);
    },
  },
  {
    id: '接口3',
    summary: '拉取爱好列表',
    methods: READ,
    path: '/user/getHobbyList',
    operation: 'Hobbies',
    variables: (input) => {
      input.requiredInt('user_id');
      return {};
    },
    result: ({ hobbies }) => ({ hobbies: hobbies.map(hobby) }),
  },
  {
    id: '接口4',
    summary: '第三方登录（新浪微博）',
    methods: WRITE,
    path: '/user/sinaLoginAndGetUserInfo',
    operation: 'Login',
    variables: thirdParty,
    result: loggedIn,
  },
  {
    id: '接口4',
    summary: '第三方登录（微信）',
    methods: WRITE,
    path: '/user/wechatLoginAndGetUserInfo',
    operation: 'Login',
    variables: (input) => ({
      input: {
        thirdParty: {
          provider: 'WECHAT',
          code: input.required('code'),
          dev: input.choice('dev', { 0: false, 1: true }) ?? false,
        },
      },
    }),
    result: loggedIn,
  },
  {
    id: '接口5',
    summary: '获取注册短信验证码',
    methods: READ,
    path: '/user/getRegisterSms',
    operation: 'SendCode',
    variables: codeRequest('REGISTER'),
    result: one,
  },
  {
    id: '接口6',
    summary: '注册',
    methods: WRITE,
    path: '/user/register',
    operation: 'Register',
    variables: (input) => ({
      input: { phone: input.required('phone'), code: input.required('sms_code'), ...md5Password(input) },
    }),
    result: ({ register }) => ({ user_id: Number(register.user.id), auth_token: register.token }),
  },
  {
    id: '接口7',
    summary: '修改个人信息',
    methods: WRITE,
    path: '/user/modifyInfo',
    operation: 'UpdateProfile',
    owner: 'user_id',
    variables: profile,
    result: ({ updateProfile }) => userInfo(updateProfile),
  },
  {
    id: '接口8',
    summary: '绑定手机号获取验证码',
    methods: READ,
    path: '/user/getBindPhoneSms',
    operation: 'SendCode',
    variables: codeRequest('BIND'),
    result: one,
  },
  {
    id: '接口9',
    summary: '绑定手机号',
    methods: WRITE,
    path: '/user/bindPhone',
    operation: 'BindPhone',
    owner: 'user_id',
    variables: (input) => ({
      input: { phone: input.required('phone'), code: input.required('sms_code'), ...md5Password(input) },
    }),
    result: one,
  },
  {
    id: '接口10',
    summary: '找回密码短信验证码',
    methods: READ,
    path: '/user/getFindPwdSms',
    operation: 'SendCode',
    variables: codeRequest('RETRIEVE'),
    result: one,
  },
  { ...retrieval, path: '/user/findPwd' },
  { ...retrieval, path: '/findPwd' },
  {
    id: '接口13',
    summary: '版本更新',
    methods: READ,
    path: '/support/upgrade',
    operation: 'AppRelease',
    variables: (input) => ({ platform: input.choice('app_type', { 1: 'ANDROID', 2: 'IOS' }) ?? 'ANDROID' }),
    result: release,
  },
  {
    id: '接口14',
    summary: '退出登录',
    methods: READ,
    path: '/user/logout',
    operation: 'Logout',
    owner: 'user_id',
    result: one,
  },
  {
    id: '接口15',
    summary: '用户默认图片列表',
    methods: READ,
    path: '/user/getDefaultPhotoList',
    operation: 'DefaultPhotos',
    result: ({ defaultPhotos }) => ({
      photos: defaultPhotos.map(({ id, url }: Data) => ({ host_id: IMAGE_HOST, img_id: id, url })),
    }),
  },
  {
    id: '接口16',
    summary: '验证验证码是否正确',
    methods: READ,
    path: '/user/verifyPhoneCode',
    operation: 'VerifyCode',
    variables: (input) => ({ input: { phone: input.required('phone'), code: input.required('sms_code') } }),
    result: ({ verify }) => verify,
  },
  {
    id: '接口17',
    summary: '通过城市id和设备类型获取用户信息',
    methods: READ,
    path: '/user/getUseridsByCityId',
    operation: 'UserIds',
    variables: (input) => ({
      cityId: String(input.requiredInt('city_id')),
      deviceType: deviceFilter(input),
      first: 10_000,
    }),
    pages: {
      items: ({ userIds }) => userIds.ids,
      cursor: ({ userIds }) => (userIds.hasNextPage ? userIds.endCursor : null),
      next: (variables, after) => ({ ...variables, after }),
      open: '{"datas":{"user_ids":[',
      close: ']}}',
    },
  },
];

/** 0 is all devices. */
function deviceFilter(input: Input): string | null {
  input.requiredInt('device_type');
  return input.choice<string | null>('device_type', { 0: null, 1: 'IOS', 2: 'ANDROID' }) ?? null;
}

/** On the image host, a system of its own. */
export const UPLOAD: UndeclaredRoute<number> = {
  id: '接口12',
  summary: '上传图片',
  methods: WRITE,
  path: '',
  operation: 'UploadImage',
  session: 'if shown',
  upload: 'form',
  variables: (input) => ({ file: input.upload() }),
  result: ({ uploadImage: { id, mime, size, width, height, existed, url } }) => ({
    status: 'ok',
    image: {
      id,
      host: IMAGE_HOST,
      // Its old clients know a picture by either.
      hash: id,
      format: mime.replace('image/', '').toUpperCase(),
      size,
      width,
      height,
      exists: existed ? 1 : 0,
      url,
    },
  }),
};
