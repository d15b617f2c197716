import { type AppError, messageOf } from '../../errors/app-error.js';
import type { Reply } from '../dialect.js';

/** The answer to a failure: a real status, and one of the four bodies that the original has for it. */
export interface PlusFailure {
  status: number;
  /**
   * `text` `{"message":"…"}` · `list` `{"message":["…"]}` · `field` `{"name":["…"]}` ·
   * `errors` `{"message":"提交的信息验证错误","errors":{"name":["…"]}}`; the last two are lists where no field is at fault.
   */
  shape: 'text' | 'list' | 'field' | 'errors';
  /** The text; the field's or the code's own when left out. */
  message?: string | ((error: AppError) => string);
  /** The parameter at fault, where the failure itself does not say it. */
  field?: string;
}

/** The parameters that the schema calls otherwise. */
const PARAMETERS: Readonly<Record<string, string>> = {
  accessToken: 'access_token',
  account: 'login',
  avatarId: 'avatar',
  backgroundId: 'bg',
  code: 'verifiable_code',
  md5: 'hash',
  mime: 'mime_type',
  isDefault: 'is_default',
  oldPassword: 'old_password',
  openId: 'openid',
};

/** The texts for malformed values, by parameter. */
export const MALFORMED: Readonly<Record<string, string>> = {
  avatar: '头像错误',
  bg: '背景图片错误',
  files: '证件图片错误',
  number: '身份证号码不正确',
  bio: '个人简介最多 191 个字符',
  location: '位置信息最多 191 个字符',
  password: '请输入密码',
  phone: '请输入符合大陆地区的手机号码',
  phones: '请传入手机号码数组，最多 100 个',
  type: '认证类型只能是 user 或者 org',
  'data.id_card.number': '身份证号码不正确',
  'data.person.number': '身份证号码不正确',
  email: '请输入正确的 E-Mail',
  sex: '发送的性别数据非法',
  verifiable_code: '请输入验证码',
};

function textOf(error: AppError, { message }: PlusFailure, field: string | undefined): string {
  if (typeof message === 'function') return message(error);
  const malformed = error.code === 'INVALID_INPUT' && field !== undefined ? MALFORMED[field] : undefined;
  return message ?? malformed ?? messageOf(error.code, 'zh');
}

function bodyOf(error: AppError, meaning: PlusFailure): unknown {
  const named = meaning.field ?? error.details.field;
  const field = named && (PARAMETERS[named] ?? named);
  const text = textOf(error, meaning, field);
  if (meaning.shape === 'text') return { message: text };
  if (meaning.shape === 'list' || field === undefined) return { message: [text] };
  const errors = { [field]: [text] };
  return meaning.shape === 'field' ? errors : { message: '提交的信息验证错误', errors };
}

/** A failure found by HTTP itself (bad JSON, too large a body) keeps its status. */
function statusOf({ code, cause, details }: AppError, { status }: PlusFailure): number {
  const found = (cause as { statusCode?: number } | undefined)?.statusCode;
  return code === 'INVALID_INPUT' && details.field === undefined && found ? found : status;
}

/** The answer to a failure. */
export function plusFailure(error: AppError, meaning: PlusFailure): Reply {
  const status = statusOf(error, meaning);
  const { limit } = error.details;
  const spent = status === 429 && limit !== undefined;
  const headers = spent ? { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': '0' } : undefined;
  return { status, body: bodyOf(error, meaning), headers };
}
