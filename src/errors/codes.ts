/**
 * The closed list of what can go wrong. Every failure a client can see is one of these codes, whatever
 * door it leaves by: GraphQL puts the code in `extensions.code`, a legacy dialect maps its kind (or the
 * single code) to the number its old clients know. Nothing else leaks.
 */

/** The least that a dialect distinguishes; each one maps every kind, checked by the compiler. */
export type ErrorKind =
  | 'input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'credentials'
  | 'code'
  | 'captcha'
  | 'locked'
  | 'rate'
  | 'provider'
  | 'image'
  | 'unavailable'
  | 'internal';

interface ErrorDefinition {
  kind: ErrorKind;
  zh: string;
  en: string;
}

const define = <T extends Record<string, ErrorDefinition>>(table: T): Readonly<T> => Object.freeze(table);

export const ERRORS = define({
  INVALID_INPUT: { kind: 'input', zh: '参数错误', en: 'The input is invalid.' },
  PHONE_INVALID: { kind: 'input', zh: '手机号格式不正确', en: 'Not a mainland China mobile number.' },
  EMAIL_INVALID: { kind: 'input', zh: '邮箱格式不正确', en: 'Not an e-mail address.' },
  CONTACT_AMBIGUOUS: {
    kind: 'input',
    zh: '手机号和邮箱必须且只能提供一个',
    en: 'Exactly one of phone and e-mail address is needed.',
  },
  NAME_INVALID: {
    kind: 'input',
    zh: '用户名不合法',
    en: 'The name must start with a letter, "_" or a non-ASCII character, and hold no special characters.',
  },
  NAME_LENGTH: {
    kind: 'input',
    zh: '用户名长度不合法',
    en: 'The name must be 2 to 12 wide, where ASCII letters, digits and "_" count a half.',
  },
  NAME_BANNED: { kind: 'input', zh: '名称包含违禁词', en: 'The name holds a word that is not allowed.' },
  PASSWORD_WEAK: {
    kind: 'input',
    zh: '密码不符合规则',
    en: 'The password is too short, too long or too common.',
  },
  PASSWORD_UNCHANGED: {
    kind: 'input',
    zh: '新密码和旧密码相同',
    en: 'The new password is the same as the old one.',
  },
  PASSWORD_MISMATCH: { kind: 'input', zh: '两次输入的密码不一致', en: 'The two passwords differ.' },
  LAST_LOGIN_METHOD: {
    kind: 'input',
    zh: '请至少保留手机号码、邮箱或第三方账号之一',
    en: 'The account would be left without a way to log in.',
  },
  ADDRESS_LIMIT: { kind: 'input', zh: '收货地址已达上限', en: 'An account holds at most 20 addresses.' },
  TAG_LIMIT: { kind: 'input', zh: '标签数量已达上限', en: 'An account has at most 20 tags.' },
  TAG_ATTACHED: { kind: 'conflict', zh: '已经添加了该标签', en: 'The account has this tag already.' },
  TAG_NOT_ATTACHED: { kind: 'conflict', zh: '没有添加该标签', en: 'The account does not have this tag.' },
  VERIFICATION_STATE: {
    kind: 'conflict',
    zh: '认证当前状态不允许此操作',
    en: 'The verification is not in a state that allows this.',
  },
  INVALID_QUERY: {
    kind: 'input',
    zh: '查询语句错误',
    en: 'The query does not parse or does not fit the schema.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    kind: 'input',
    zh: '未找到该查询，请附上查询语句',
    en: 'No document is known under this id or hash; the text has to be sent along.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    kind: 'input',
    zh: '不支持只发送查询的哈希值',
    en: 'Queries are not kept here under their hashes; their text has to be sent.',
  },
  PERSISTED_QUERY_MISMATCH: {
    kind: 'input',
    zh: '哈希值与查询语句不符',
    en: 'The hash is not that of the query beside it.',
  },
  UNTRUSTED_DOCUMENT: {
    kind: 'input',
    zh: '只接受已登记的查询语句',
    en: 'Only the documents that the operator has listed are answered here.',
  },
  QUERY_TOO_COMPLEX: {
    kind: 'input',
    zh: '查询过于复杂',
    en: 'The query is too deep, too wide or too costly.',
  },

  UNAUTHENTICATED: { kind: 'unauthenticated', zh: '未登录或登录已失效', en: 'Log in first.' },
  FORBIDDEN: { kind: 'forbidden', zh: '没有权限', en: 'You are not allowed to do this.' },
  SIGNATURE_INVALID: {
    kind: 'unauthenticated',
    zh: '签名验证失败',
    en: 'The app is unknown or disabled, its clock is off, or the signature is wrong.',
  },
  APP_IP_FORBIDDEN: {
    kind: 'forbidden',
    zh: '访问 IP 被禁止',
    en: 'The app may not call from this address.',
  },
  IP_BLOCKED: { kind: 'forbidden', zh: 'IP 已被禁止访问', en: 'This address may not log in.' },
  NOT_FOUND: { kind: 'not_found', zh: '内容不存在', en: 'There is no such thing.' },
  USER_NOT_FOUND: { kind: 'not_found', zh: '用户不存在', en: 'There is no such user.' },
  USER_BLOCKED: {
    kind: 'forbidden',
    zh: '你们之间存在拉黑关系，无法关注',
    en: 'One of the two has blocked the other.',
  },
  RELEASE_NOT_FOUND: { kind: 'not_found', zh: '没有可用版本', en: 'There is no release for this platform.' },

  PHONE_TAKEN: { kind: 'conflict', zh: '手机号已被注册', en: 'The phone number belongs to another account.' },
  EMAIL_TAKEN: { kind: 'conflict', zh: '邮箱已被占用', en: 'The e-mail address belongs to another account.' },
  NAME_TAKEN: { kind: 'conflict', zh: '用户名已被使用', en: 'The name belongs to another account.' },

  CREDENTIALS_INVALID: {
    kind: 'credentials',
    zh: '账号或密码错误',
    en: 'Unknown account or wrong password.',
  },
  MD5_REFUSED: {
    kind: 'forbidden',
    zh: '当前版本过低，请升级到最新版本后再试',
    en: 'The MD5 of a password is no longer taken here; a newer app sends the password itself.',
  },
  ACCOUNT_DISABLED: { kind: 'locked', zh: '账号已被禁用，请联系管理员', en: 'The account is disabled.' },
  ACCOUNT_LOCKED: {
    kind: 'locked',
    zh: '账号已锁定，请稍后再试',
    en: 'Too many failed tries; the account is locked for a while from here.',
  },
  CODE_INVALID: { kind: 'code', zh: '验证码错误或已过期', en: 'The code is wrong or has expired.' },
  CODE_TOO_SOON: { kind: 'rate', zh: '验证码发送过于频繁', en: 'A code was sent a moment ago.' },
  CODE_LIMIT: { kind: 'rate', zh: '今日验证码发送次数已达上限', en: 'No more codes can be sent today.' },
  CAPTCHA_REQUIRED: { kind: 'captcha', zh: '请输入图片验证码', en: 'Solve a captcha first.' },
  CAPTCHA_INVALID: {
    kind: 'captcha',
    zh: '图片验证码错误',
    en: 'The captcha answer is wrong or has expired.',
  },
  RATE_LIMITED: { kind: 'rate', zh: '操作过于频繁', en: 'Too many requests; try again later.' },

  THIRD_PARTY_REJECTED: {
    kind: 'provider',
    zh: '第三方授权失败',
    en: 'The provider does not vouch for this log-in.',
  },
  THIRD_PARTY_TAKEN: {
    kind: 'conflict',
    zh: '该第三方账号已绑定其他账号',
    en: 'The person at the third party logs in to another account.',
  },
  THIRD_PARTY_UNAVAILABLE: { kind: 'provider', zh: '第三方服务无响应', en: 'The provider did not answer.' },
  THIRD_PARTY_DISABLED: {
    kind: 'provider',
    zh: '该第三方登录未启用',
    en: 'This third-party log-in is not configured here.',
  },

  IMAGE_INVALID: {
    kind: 'image',
    zh: '图片格式不正确',
    en: 'Not a JPEG, PNG, WebP or GIF image that decodes.',
  },
  IMAGE_TOO_LARGE: { kind: 'image', zh: '图片过大', en: 'The image has too many bytes or pixels.' },
  UPLOAD_USED: {
    kind: 'forbidden',
    zh: '该上传凭证已被使用',
    en: 'The ticket was used: its file is stored, or being stored.',
  },
  IMAGE_TOO_SMALL: { kind: 'image', zh: '图片过小', en: 'The image has too few pixels.' },

  SERVICE_UNAVAILABLE: {
    kind: 'unavailable',
    zh: '服务繁忙，请稍后再试',
    en: 'The service is busy; try again later.',
  },
  INTERNAL: { kind: 'internal', zh: '系统错误', en: 'Something went wrong on our side.' },
});

export type ErrorCode = keyof typeof ERRORS;
