import type { ParameterText } from '../undeclared.js';

/** What `member.md` says of its parameters. */
export const PARAMETERS: Readonly<Record<string, ParameterText>> = {
  phone: { text: '手机号', example: '18321216666' },
  code: { text: '手机验证码', example: '111111' },
  captcha: { text: '图片验证码', example: 'delu' },
  username: { text: '帐号、手机或邮箱；注册时为手机号', example: '18321217711' },
  password: { text: '密码', example: 'correct-horse-7' },
  remember: { text: '1为记住，0为不记住' },
};
