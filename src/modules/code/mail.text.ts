import type { ComposeMail, MailText } from '../../infra/message/port.js';

/** The purpose of a code, as its reader would say it. */
const PURPOSES: Readonly<Record<string, { zh: string; en: string }>> = {
  REGISTER: { zh: '注册账号', en: 'create an account' },
  LOGIN: { zh: '登录', en: 'log in' },
  BIND: { zh: '绑定邮箱', en: 'bind this address' },
  RETRIEVE: { zh: '找回密码', en: 'reset your password' },
  UNBIND: { zh: '解除绑定', en: 'unbind this address' },
};

const ANYTHING = { zh: '验证身份', en: 'confirm that it is you' };

function lifeOf(seconds: number): { zh: string; en: string } {
  const inMinutes = seconds % 60 === 0;
  const count = inMinutes ? seconds / 60 : seconds;
  const unit = inMinutes ? 'minute' : 'second';
  return { zh: `${count} ${inMinutes ? '分钟' : '秒'}`, en: `${count} ${unit}${count === 1 ? '' : 's'}` };
}

/**
 * The words of a mail, in Chinese and English: who asked for it need not have told which they read. The code is not in
 * the subject, which phones show while they are locked and mail servers write into their logs.
 */
export const composeMail: ComposeMail = ({ code, purposes, lifeSeconds }) => {
  if (lifeSeconds === null) return passwordMail(code);
  const known = purposes.flatMap((purpose) => PURPOSES[purpose] ?? []);
  const uses = known.length > 0 ? known : [ANYTHING];
  const life = lifeOf(lifeSeconds);
  const zh = [
    `您的验证码，用于${uses.map((use) => use.zh).join('或')}：`,
    `${life.zh}内有效，只能使用一次。请勿告诉任何人；如非本人操作，请忽略此邮件。`,
  ] as const;
  const en = [
    `Your code to ${uses.map((use) => use.en).join(' or ')}:`,
    `It is good for ${life.en} and for one use. Tell it to nobody; if you did not ask for it, ignore this mail.`,
  ] as const;
  return compose('您的验证码 / Your verification code', code, zh, en);
};

/** The first password of an account that somebody else has opened. */
const passwordMail = (password: string): MailText =>
  compose(
    '您的新账号 / Your new account',
    password,
    ['已为您注册账号，初始密码：', '请登录后尽快修改。请勿告诉任何人。'],
    [
      'An account was created for you. Its password:',
      'Change it after your first log-in. Tell it to nobody.',
    ],
  );

/** The text around the secret. */
type Frame = readonly [before: string, after: string];

function compose(subject: string, secret: string, zh: Frame, en: Frame): MailText {
  const paragraph = ([before, after]: Frame, language: string): string =>
    `<p lang="${language}">${before}<br><strong style="font-size:1.5em;letter-spacing:.2em">${secret}</strong><br>${after}</p>`;
  return {
    subject,
    text: [zh, en].map(([before, after]) => `${before}\n\n    ${secret}\n\n${after}\n`).join('\n'),
    html: `<!doctype html><html><body>${paragraph(zh, 'zh-CN')}${paragraph(en, 'en')}</body></html>`,
  };
}
