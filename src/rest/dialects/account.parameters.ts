import type { ParameterText } from '../openapi/parameters.js';

/** What `account.md` says of its parameters. */
export const PARAMETERS: Readonly<Record<string, ParameterText>> = {
  user_type: { text: '登录账号类别（1 普通帐号，2 QQ，3 微信，4 微博）' },
  token: { text: '第三方账号access_token' },
  openid: { text: '第三方账号openid' },
  account: { text: '帐号：手机号、邮箱或用户名', example: '13812345678' },
  password: { text: '密码；注册时为8-16位字母和数字的组合', example: 'abcd1234' },
  phone: { text: '手机号', example: '13812345678' },
  verifycode: { text: '短信验证码', example: '123456' },
  name: { text: '用户名', example: 'felix' },
  gender: { text: '性别（1 男，0 女）' },
  email: { text: '邮箱', example: '1234567@qq.com' },
  file: { text: '头像图片' },
};
