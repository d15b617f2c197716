import { tables } from '../dialect.js';
import { choice, group, idList, int, md5, secret, text, upload, userId } from '../parameters.js';
import {
  answered,
  dateToSeconds,
  numericId,
  SEX_NAMES,
  SEX_NUMBERS,
  secondsToDate,
  timestampToSeconds,
} from '../values.js';
import type {
  AnlifeOperations,
  AppReleaseQuery,
  CodePurpose,
  LoginMutation,
  UserInfoFragment,
} from './anlife.operations.js';

/**
 * The URLs of the 安居生活 app: `anlife.md` and docs/decisions.md. Absent parameters leave, empty ones clear. Every field
 * of an answer has the type of its table, set or not: clients of 2015 crash on a null.
 */

/** Documented as GET; answers POST too, because tokens, codes and passwords do not belong in URLs. */
const READ = ['GET', 'POST'] as const;
const WRITE = ['POST'] as const;

const { row } = tables<AnlifeOperations, number>();

const USER_ID = userId('用户id').example('1').required();
const PHONE = secret('手机号').example('13030303030').required();
const PASSWORD = secret('密码，md5加密', md5).required();
const SMS_CODE = secret('短信验证码').example('123456').required();

/** The picture server of `photo_host`: there is one. */
const IMAGE_HOST = 1;
const NUMBER_OF_IMAGE_HOST = /^\s*0*1\s*$/;

/** A picture is named by its id, beside which old apps may say its host. */
const isHere = (id: string | undefined, host: string | undefined): boolean =>
  id === undefined || host === undefined || NUMBER_OF_IMAGE_HOST.test(host);

const NO_COMMUNITY = { id: 0, name: '', city_id: 0 };

const hobbyOf = ({ id, name }: UserInfoFragment['hobbies'][number]) => ({
  hobby_id: Number(id),
  hobby_name: name,
});

const userInfo = (user: UserInfoFragment) => ({
  user_id: numericId(user.id),
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
  hobby: user.hobbies.map(hobbyOf),
});

const loggedIn = ({ login }: LoginMutation) => ({ ...userInfo(login.user), auth_token: login.token });

const releaseOf = (release: NonNullable<AppReleaseQuery['appRelease']>) => {
  const updated = timestampToSeconds(release.updatedAt);
  return {
    id: Number(release.id),
    version: release.version,
    version_code: release.versionCode,
    url: release.url,
    title: release.title,
    msg: release.message,
    updated_time: updated,
    update_time: updated,
    app_type: release.platform === 'IOS' ? 2 : 1,
  };
};

const one = () => 1;

const sendCode = (id: string, summary: string, path: string, purpose: CodePurpose) =>
  row({
    id,
    summary,
    methods: READ,
    path,
    operation: 'SendCode',
    parameters: { phone: PHONE },
    variables: ({ phone }) => ({ input: { phone, purposes: [purpose] } }),
    result: one,
  });

const retrievePassword = (path: string) =>
  row({
    id: '接口11',
    summary: '找回密码提交',
    methods: READ,
    path,
    operation: 'RetrievePassword',
    parameters: {
      passwords: group({
        password1: secret('新密码，md5加密', md5).required(),
        password2: secret('确认新密码，md5加密', md5).required(),
      }).refine(
        ({ password1, password2 }) => password1.toLowerCase() === password2.toLowerCase(),
        'PASSWORD_MISMATCH',
        'password2',
      ),
      phone: PHONE,
      sms_code: SMS_CODE,
    },
    variables: ({ passwords, phone, sms_code }) => ({
      input: { phone, code: sms_code, password: passwords.password1, passwordFormat: 'MD5' },
    }),
    result: one,
  });

export const ROWS = [
  row({
    id: '接口1',
    summary: '手机号登录',
    methods: WRITE,
    path: '/user/loginAndGetUserInfo',
    operation: 'Login',
    parameters: { phone: PHONE, password: PASSWORD },
    variables: ({ phone, password }) => ({ input: { phone, password, passwordFormat: 'MD5' } }),
    result: loggedIn,
  }),
  row({
    id: '接口2',
    summary: '获取用户信息',
    methods: READ,
    path: '/user/getUserInfo',
    operation: 'UserInfoById',
    parameters: { user_id: USER_ID },
    variables: ({ user_id }) => ({ id: String(user_id) }),
    result: ({ user }) => user && userInfo(user),
    absent: 'USER_NOT_FOUND',
  }),
  row({
    id: '接口3',
    summary: '拉取爱好列表',
    methods: READ,
    path: '/user/getHobbyList',
    operation: 'Hobbies',
    parameters: { user_id: USER_ID },
    result: ({ hobbies }) => ({ hobbies: hobbies.map(hobbyOf) }),
  }),
  row({
    id: '接口4',
    summary: '第三方登录（新浪微博）',
    methods: WRITE,
    path: '/user/sinaLoginAndGetUserInfo',
    operation: 'Login',
    parameters: {
      token: secret('第三方授权的token值').required(),
      uid: text('新浪微博用户的id').required(),
    },
    variables: ({ token, uid }) => ({
      input: { thirdParty: { provider: 'WEIBO', accessToken: token, openId: uid } },
    }),
    result: loggedIn,
  }),
  row({
    id: '接口4',
    summary: '第三方登录（微信）',
    methods: WRITE,
    path: '/user/wechatLoginAndGetUserInfo',
    operation: 'Login',
    parameters: {
      code: secret('用户授权后返回的code').required(),
      dev: choice({ 0: false, 1: true }, 'ios专用，如果是测试包，请传递1，否则请传递0').default(false),
    },
    variables: ({ code, dev }) => ({ input: { thirdParty: { provider: 'WECHAT', code, dev } } }),
    result: loggedIn,
  }),
  sendCode('接口5', '获取注册短信验证码', '/user/getRegisterSms', 'REGISTER'),
  row({
    id: '接口6',
    summary: '注册',
    methods: WRITE,
    path: '/user/register',
    operation: 'Register',
    parameters: { phone: PHONE, sms_code: SMS_CODE, password: PASSWORD },
    variables: ({ phone, sms_code, password }) => ({
      input: { phone, code: sms_code, password, passwordFormat: 'MD5' },
    }),
    result: ({ register }) => ({ user_id: numericId(register.user.id), auth_token: register.token }),
  }),
  row({
    id: '接口7',
    summary: '修改个人信息',
    methods: WRITE,
    path: '/user/modifyInfo',
    operation: 'UpdateProfile',
    owner: 'user_id',
    parameters: {
      user_id: USER_ID,
      nickname: text('昵称').example('小明'),
      // An empty id leaves the picture as it is.
      photo: group({
        photo_id: text('图片id').empty(undefined),
        photo_host: text('图片服务器').values('1'),
      }).refine(({ photo_id, photo_host }) => isHere(photo_id, photo_host), 'INVALID_INPUT', 'photo_host'),
      background: group({
        background_id: text('背景图片id').empty(undefined),
        background_host: text('背景图片服务器').values('1'),
      }).refine(
        ({ background_id, background_host }) => isHere(background_id, background_host),
        'INVALID_INPUT',
        'background_host',
      ),
      sex: choice(SEX_NAMES, '性别，0无 1男 2女').empty('UNSPECIFIED'),
      // 0 is none, as in the answers: no date begins then in Shanghai.
      birthday: int('出生日期时间戳')
        .example('645379200')
        .transform((seconds) => (seconds === 0 ? null : secondsToDate(seconds))),
      signature: text('个性签名'),
      hobby: idList('爱好id组成的字符串').example('1,2,3'),
      community_id: int('小区id').example('1').transform(String),
    },
    variables: ({ nickname, photo, background, sex, birthday, signature, hobby, community_id }) => ({
      input: {
        nickname,
        avatarId: photo.photo_id,
        backgroundId: background.background_id,
        sex,
        birthday,
        bio: signature,
        hobbyIds: hobby,
        communityId: community_id,
      },
    }),
    result: ({ updateProfile }) => userInfo(updateProfile),
  }),
  sendCode('接口8', '绑定手机号获取验证码', '/user/getBindPhoneSms', 'BIND'),
  row({
    id: '接口9',
    summary: '绑定手机号',
    methods: WRITE,
    path: '/user/bindPhone',
    operation: 'BindPhone',
    owner: 'user_id',
    parameters: { user_id: USER_ID, phone: PHONE, sms_code: SMS_CODE, password: PASSWORD },
    variables: ({ phone, sms_code, password }) => ({
      input: { phone, code: sms_code, password, passwordFormat: 'MD5' },
    }),
    result: one,
  }),
  sendCode('接口10', '找回密码短信验证码', '/user/getFindPwdSms', 'RETRIEVE'),
  retrievePassword('/user/findPwd'),
  retrievePassword('/findPwd'),
  row({
    id: '接口13',
    summary: '版本更新',
    methods: READ,
    path: '/support/upgrade',
    operation: 'AppRelease',
    parameters: { app_type: choice({ 1: 'ANDROID', 2: 'IOS' }, '1 Android，2 iOS').default('ANDROID') },
    variables: ({ app_type }) => ({ platform: app_type }),
    result: ({ appRelease }) => appRelease && releaseOf(appRelease),
    absent: 'RELEASE_NOT_FOUND',
  }),
  row({
    id: '接口14',
    summary: '退出登录',
    methods: READ,
    path: '/user/logout',
    operation: 'Logout',
    owner: 'user_id',
    parameters: { user_id: USER_ID },
    result: one,
  }),
  row({
    id: '接口15',
    summary: '用户默认图片列表',
    methods: READ,
    path: '/user/getDefaultPhotoList',
    operation: 'DefaultPhotos',
    result: ({ defaultPhotos }) => ({
      photos: defaultPhotos.map(({ id, url }) => ({ host_id: IMAGE_HOST, img_id: id, url })),
    }),
  }),
  row({
    id: '接口16',
    summary: '验证验证码是否正确',
    methods: READ,
    path: '/user/verifyPhoneCode',
    operation: 'VerifyCode',
    parameters: { phone: PHONE, sms_code: SMS_CODE },
    variables: ({ phone, sms_code }) => ({ input: { phone, code: sms_code } }),
    result: ({ verify }) => verify,
  }),
  row({
    id: '接口17',
    summary: '通过城市id和设备类型获取用户信息',
    methods: READ,
    path: '/user/getUseridsByCityId',
    operation: 'UserIds',
    parameters: {
      city_id: int('城市id（GB/T 2260）').example('510100').required(),
      device_type: choice({ 0: 'ALL', 1: 'IOS', 2: 'ANDROID' }, '0 全部，1 iOS，2 Android').required(),
    },
    variables: ({ city_id, device_type }) => ({
      cityId: String(city_id),
      deviceType: device_type === 'ALL' ? null : device_type,
      first: 10_000,
    }),
    pages: {
      items: ({ userIds }) => answered(userIds).ids,
      cursor: ({ userIds }) => {
        const { hasNextPage, endCursor } = answered(userIds);
        return hasNextPage ? endCursor : null;
      },
      next: (variables, after) => ({ ...variables, after }),
      open: '{"datas":{"user_ids":[',
      close: ']}}',
    },
  }),
];

/** This row is on the image host, a system of its own. */
export const UPLOAD = row({
  id: '接口12',
  summary: '上传图片',
  methods: WRITE,
  path: '',
  operation: 'UploadImage',
  session: 'if shown',
  upload: 'form',
  parameters: { file: upload('图片文件') },
  variables: ({ file }) => ({ file }),
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
});
