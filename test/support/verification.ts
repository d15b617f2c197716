import type { TestApp } from './app.js';
import type { Account, Client } from './client.js';
import { grant, type Outcome, uploadPicture } from './operations.js';

/** Well-formed numbers of identity cards that nobody has been given. */
export const ID_NUMBER = '110101199003077571';
export const ID_NUMBER_X = '11010519491231002X';

export const PUBLIC = 'userId type state description slogan createdAt updatedAt';
export const PRIVATE =
  'realName idNumber phoneNumber organisationName organisationAddress frontImage { id } rearImage { id } certificateImage { id }';
export const WHOLE = `{ ${PUBLIC} ${PRIVATE} }`;

export interface Applicant extends Account {
  picture: { id: string; node: string };
}

/** An account with a picture to submit. */
export async function applicant(client: Client): Promise<Applicant> {
  const account = await client.register();
  return { ...account, picture: await uploadPicture(client, account.token) };
}

/** What a person submits. */
export const personOf = ({ picture }: Pick<Applicant, 'picture'>) => ({
  type: 'USER',
  realName: '七夜',
  idNumber: ID_NUMBER,
  phoneNumber: '15694005009',
  description: '智艺花泽类❤',
  frontImageId: picture.id,
  rearImageId: picture.node,
});

/** What an organisation submits. */
export const organisationOf = ({ picture }: Pick<Applicant, 'picture'>) => ({
  type: 'ORG',
  organisationName: '成都智艺创想科技有限公司',
  organisationAddress: '成都市高新区天府大道北段1700号',
  certificateImageId: picture.node,
  realName: '李某',
  idNumber: ID_NUMBER_X,
  phoneNumber: '15694005009',
  description: '一个让人心累的公司️',
});

async function outcome(
  client: Client,
  query: string,
  variables: Record<string, unknown>,
  token?: string,
): Promise<Outcome> {
  const { data, errors } = await client.graphql(query, variables, { token });
  const [error] = errors ?? [];
  return error ? { ...error.extensions } : { value: data.value };
}

/** Submits a verification, or a refused one again. */
export const submit = (
  client: Client,
  token: string | undefined,
  input: Record<string, unknown>,
  name: 'submitVerification' | 'updateVerification' = 'submitVerification',
): Promise<Outcome> =>
  outcome(
    client,
    `mutation ($input: VerificationInput!) { value: ${name}(input: $input) ${WHOLE} }`,
    { input },
    token,
  );

export const withdraw = (client: Client, token: string): Promise<Outcome> =>
  outcome(client, 'mutation { value: deleteVerification }', {}, token);

export const review = (
  client: Client,
  token: string | undefined,
  userId: number | string,
  decision: 'PASS' | 'REFUSE',
  { description, updatedAt }: { description?: string; updatedAt?: string } = {},
): Promise<Outcome> =>
  outcome(
    client,
    `mutation ($userId: ID!, $decision: ReviewDecision!, $description: String, $updatedAt: DateTime) {
       value: reviewVerification(userId: $userId, decision: $decision, description: $description, updatedAt: $updatedAt) ${WHOLE} }`,
    { userId: String(userId), decision, description, updatedAt },
    token,
  );

/** The verification of a user as somebody sees it. */
export async function seen(client: Client, userId: number, token?: string) {
  const query = `query ($id: ID!) { user(id: $id) { verification ${WHOLE} } }`;
  return (await client.data(query, { id: String(userId) }, token)).user.verification;
}

/** An account that may review, with a picture of its own. */
export async function newReviewer(app: TestApp): Promise<Applicant> {
  const reviewer = await applicant(app.client);
  await grant(app, reviewer.id, ['[user] Review Verification']);
  return reviewer;
}

/** An account whose verification is in the state that a decision leads to; without one it waits. */
export async function submitted(
  client: Client,
  reviewer: Applicant,
  decision?: 'PASS' | 'REFUSE',
): Promise<Applicant> {
  const someone = await applicant(client);
  expect((await submit(client, someone.token, personOf(someone))).value?.state).toBe('PENDING');
  if (decision) expect((await review(client, reviewer.token, someone.id, decision)).code).toBeUndefined();
  return someone;
}

/** The row of a verification; undefined without one. */
export async function rowOf(app: TestApp, userId: number): Promise<Record<string, unknown> | undefined> {
  const em = app.infrastructure.database.fork();
  const [row] = await em.execute<Record<string, unknown>[]>('select * from verifications where user_id = ?', [
    userId,
  ]);
  return row;
}

/** What everybody but owner, reviewers and readers of private data sees in place of the private part. */
export const HIDDEN = {
  realName: null,
  idNumber: null,
  phoneNumber: null,
  organisationName: null,
  organisationAddress: null,
  frontImage: null,
  rearImage: null,
  certificateImage: null,
};
