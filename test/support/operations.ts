import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../src/modules/user/user.entity.js';
import type { TestApp } from './app.js';
import { type Client, freshPhone, PASSWORD } from './client.js';
import { bearer, fileForm, PREFLIGHT, sendGraphql } from './graphql-http.js';
import { picture } from './pictures.js';

const USER = '{ id name nickname phone email emailVerified sex status abilities }';
const SESSION = `{ token expiresAt isNewUser user ${USER} }`;

/** The mutations that take one input: its type, and what is asked back. */
const MUTATIONS = {
  sendCode: ['SendCodeInput', '{ resendAfter expiresAt }'],
  verify: ['VerifyInput', ''],
  register: ['RegisterInput', SESSION],
  login: ['LoginInput', SESSION],
  bindPhone: ['BindPhoneInput', USER],
  bindEmail: ['BindEmailInput', USER],
  unbindPhone: ['UnbindInput', USER],
  unbindEmail: ['UnbindInput', USER],
  updateAccount: ['UpdateAccountInput', USER],
  changePassword: ['ChangePasswordInput', ''],
  retrievePassword: ['RetrievePasswordInput', ''],
} as const;

/** What came of an operation: its value, or the code of its error and what goes with it. */
export interface Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  value?: any;
  code?: string;
  field?: string;
  retryAfter?: number;
  message?: string;
}

/** Runs a mutation of {@link MUTATIONS}. */
export async function mutate(
  client: Client,
  name: keyof typeof MUTATIONS,
  input: Record<string, unknown>,
  token?: string,
  headers?: Record<string, string>,
): Promise<Outcome> {
  const [type, selection] = MUTATIONS[name];
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) ${selection} }`;
  const { data, errors } = await client.graphql(query, { input }, { token, headers });
  const [error] = errors ?? [];
  return error ? { ...error.extensions, message: error.message } : { value: data[name] };
}

/** A new session on an account that has a password. */
export async function logIn(client: Client, account: string, password = PASSWORD): Promise<string> {
  const { value, code } = await mutate(client, 'login', { account, password });
  if (!value) throw new Error(`log-in failed: ${code}`);
  return value.token;
}

/** An account that never had a password. */
export async function registerByCode(client: Client): Promise<{ id: number; phone: string; token: string }> {
  const phone = freshPhone();
  const code = await client.sendCode(phone, ['LOGIN', 'REGISTER']);
  const { value } = await mutate(client, 'login', { account: phone, code, registerUnknown: true });
  return { id: Number(value.user.id), phone, token: value.token };
}

/** Gives an account a verified e-mail address. */
export async function giveEmail(client: Client, token: string, email = freshEmail()): Promise<string> {
  const code = await client.sendCode(email, ['BIND']);
  const { value, code: refusal } = await mutate(client, 'bindEmail', { email, code }, token);
  if (!value) throw new Error(`binding failed: ${refusal}`);
  return email;
}

/** Gives an account abilities, good for its open sessions at once. */
export async function grant(app: TestApp, userId: number, abilities: string[]): Promise<void> {
  const em = app.infrastructure.database.fork();
  await em.nativeUpdate(User, { id: userId }, { abilities });
  await app.services.sessions.refresh({ em }, userId);
}

/** Changes a row behind the gateway's back. */
export const setUser = (em: EntityManager, id: number, columns: Partial<User>): Promise<number> =>
  em.nativeUpdate(User, { id }, columns);

/** Who the token belongs to; null when it is good no more. */
export const whoIs = async (client: Client, token: string): Promise<number | null> => {
  const { me } = await client.data('{ me { id } }', {}, token);
  return me && Number(me.id);
};

let count = 0;
const suffix = (): string => `${(count++).toString(36)}${Math.random().toString(36).slice(2, 8)}`;

export const freshEmail = (): string => `user.${suffix()}@example.com`;
/** A name nobody in this test has, with capitals. */
export const freshName = (): string => `Name_${suffix()}`;

/** Uploads a small picture. */
export async function uploadPicture(
  { url }: Client,
  token: string,
  file?: Buffer,
): Promise<{ id: string; number: number; node: string; url: string }> {
  const png = file ?? (await picture(60).png().toBuffer());
  const body = fileForm('mutation ($file: Upload!) { uploadImage(file: $file) { id number node url } }', png);
  const init = { method: 'POST', headers: { ...PREFLIGHT, ...bearer(token) }, body };
  return (await sendGraphql(url, init)).body.data.uploadImage;
}
