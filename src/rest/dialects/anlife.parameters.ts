import type { ParameterText } from '../undeclared.js';

/** What `anlife.md` says of its parameters. */
export const PARAMETERS: Readonly<Record<string, ParameterText>> = {
  user_id: { text: '用户id', example: '1' },
  phone: { text: '手机号', example: '13030303030' },
  password: { text: '密码，md5加密' },
  password1: { text: '新密码，md5加密' },
  password2: { text: '确认新密码，md5加密' },
  sms_code: { text: '短信验证码', example: '123456' },
  token: { text: '第三方授权的token值' },
  uid: { text: '新浪微博用户的id' },
  code: { text: '用户授权后返回的code' },
  dev: { text: 'ios专用，如果是测试包，请传递1，否则请传递0' },
  nickname: { text: '昵称', example: '小明' },
  photo_id: { text: '图片id' },
  photo_host: { text: '图片服务器', example: '1' },
  background_id: { text: '背景图片id' },
  background_host: { text: '背景图片服务器', example: '1' },
  sex: { text: '性别，0无 1男 2女' },
  birthday: { text: '出生日期时间戳', example: '645379200' },
  signature: { text: '个性签名' },
  hobby: { text: '爱好id组成的字符串', example: '1,2,3' },
  community_id: { text: '小区id', example: '1' },
  app_type: { text: '1 Android，2 iOS' },
  city_id: { text: '城市id（GB/T 2260）', example: '510100' },
  device_type: { text: '0 全部，1 iOS，2 Android' },
  file: { text: '图片文件' },
};
