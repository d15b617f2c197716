import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const GRAPHQL = `${process.env.GATEWAY_URL}/graphql`;
const CODE_MS = 10_000;

export interface Person {
  id: string;
  nickname: string;
  phone: string;
  token: string;
}

/** The latest code that the gateway sent to a phone, which it prints where nobody set up a provider of SMS. */
export async function codeFor(phone: string, log = process.env.GATEWAY_LOG): Promise<string> {
  const giveUp = Date.now() + CODE_MS;
  while (Date.now() < giveUp) {
    const lines = readFileSync(log ?? '', 'utf8').split('\n');
    const line = lines.findLast(
      (text) => text.startsWith('{"event":"sms"') && text.includes(`"to":"${phone}"`),
    );
    if (line) return JSON.parse(line).code;
    await pause(10);
  }
  throw new Error(`No code came for ${phone}`);
}

/** A phone that nobody has. */
export function newPhone(): string {
  return `139${String(randomInt(1e8)).padStart(8, '0')}`;
}

/** Asks the gateway without any client. Fails on errors. */
export async function ask(query: string, variables: object = {}, token?: string) {
  const response = await fetch(GRAPHQL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Somebody new who is logged in. */
export async function newPerson(nickname: string): Promise<Person> {
  const phone = newPhone();
  await ask(
    'mutation ($phone: String!) { sendCode(input: { contact: { phone: $phone }, purposes: [REGISTER] }) { resendAfter } }',
    {
      phone,
    },
  );
  const { register } = await ask(
    'mutation ($input: RegisterInput!) { register(input: $input) { token user { id nickname } } }',
    { input: { contact: { phone }, code: await codeFor(phone), nickname } },
  );
  return { ...register.user, phone, token: register.token };
}

/** Somebody with followers, whose names are told latest first, as lists have them. */
export async function followed(count: number): Promise<{ person: Person; names: string[] }> {
  const person = await newPerson('followed');
  const names: string[] = [];
  for (let n = 1; n <= count; n++) {
    const follower = await newPerson(`follower ${n}`);
    await ask('mutation ($id: ID!) { follow(userId: $id) { id } }', { id: person.id }, follower.token);
    names.unshift(follower.nickname);
  }
  return { person, names };
}
