import { type LoneApp, startTestApp } from '../support/app.js';
import { atOnce, tally } from '../support/at-once.js';
import { freshPhone } from '../support/client.js';
import { grant, type Outcome, setUser, uploadPicture } from '../support/operations.js';
import {
  type Applicant,
  applicant,
  ID_NUMBER,
  ID_NUMBER_X,
  newReviewer,
  organisationOf,
  personOf,
  review,
  rowOf,
  seen,
  submit,
  submitted,
  withdraw,
} from '../support/verification.js';

/** What becomes of a real-name verification: reviews, new tries, and all of it at once. */

let app: LoneApp;
let reviewer: Applicant;
/** Somebody with pictures and nothing else, who never submits anything that holds. */
let stranger: Applicant;

beforeAll(async () => {
  app = await startTestApp();
  [reviewer, stranger] = await Promise.all([newReviewer(app), applicant(app.client)]);
});
afterAll(() => app.close());

const someone = (decision?: 'PASS' | 'REFUSE') => submitted(app.client, reviewer, decision);
const codes = (outcomes: Outcome[]) => tally(outcomes.map(({ code }) => code ?? 'ok'));

describe('a review', () => {
  test("a review passes or refuses a waiting verification once, and its words replace the owner's", async () => {
    const [passed, refused] = await Promise.all([someone(), someone()]);
    const before = await seen(app.client, passed.id, passed.token);
    const { value } = await review(app.client, reviewer.token, passed.id, 'PASS');
    expect(value).toEqual({ ...before, state: 'PASSED', updatedAt: expect.any(String) });
    expect(Date.parse(value.updatedAt)).toBeGreaterThan(Date.parse(before.updatedAt));
    const refusal = await review(app.client, reviewer.token, refused.id, 'REFUSE', {
      description: ' 照片不清楚 ',
    });
    expect(refusal.value).toMatchObject({ state: 'REFUSED', description: '照片不清楚', idNumber: ID_NUMBER });
    for (const { id } of [passed, refused]) {
      for (const decision of ['PASS', 'REFUSE'] as const) {
        expect(await review(app.client, reviewer.token, id, decision)).toEqual({
          code: 'VERIFICATION_STATE',
          state: id === passed.id ? 'PASSED' : 'REFUSED',
        });
      }
    }
  });

  test('a review without words keeps those of the owner', async () => {
    const waiting = await someone();
    const tooLong = await review(app.client, reviewer.token, waiting.id, 'PASS', {
      description: '长'.repeat(192),
    });
    expect(tooLong).toEqual({ code: 'INVALID_INPUT', field: 'description' });
    const { value } = await review(app.client, reviewer.token, waiting.id, 'PASS', { description: '  ' });
    expect(value.description).toBe(personOf(waiting).description);
  });

  test('a review of a version that the owner changed meanwhile is refused', async () => {
    const waiting = await someone();
    const { updatedAt } = await seen(app.client, waiting.id);
    await withdraw(app.client, waiting.token);
    await submit(app.client, waiting.token, organisationOf(waiting));
    const stale = await review(app.client, reviewer.token, waiting.id, 'PASS', { updatedAt });
    expect(stale).toEqual({ code: 'VERIFICATION_STATE', field: 'updatedAt' });
    const current = await seen(app.client, waiting.id);
    const { value } = await review(app.client, reviewer.token, waiting.id, 'PASS', current);
    expect(value).toMatchObject({ type: 'ORG', state: 'PASSED' });
  });

  test('a review is for reviewers, on others, of verifications that exist', async () => {
    const waiting = await someone();
    expect((await review(app.client, undefined, waiting.id, 'PASS')).code).toBe('UNAUTHENTICATED');
    for (const { token } of [waiting, stranger]) {
      expect((await review(app.client, token, waiting.id, 'PASS')).code).toBe('FORBIDDEN');
    }
    await grant(app, waiting.id, ['*']);
    expect((await review(app.client, waiting.token, waiting.id, 'PASS')).code).toBe('FORBIDDEN');
    expect((await seen(app.client, waiting.id)).state).toBe('PENDING');
    expect(await review(app.client, reviewer.token, stranger.id, 'PASS')).toEqual({ code: 'NOT_FOUND' });
    for (const id of ['0', '999999999', 'x', '9999999999']) {
      expect((await review(app.client, reviewer.token, id, 'PASS')).code).toBe('USER_NOT_FOUND');
    }
  });

  test('a review goes on for a disabled account, and not for a cancelled one', async () => {
    const [disabled, cancelled] = await Promise.all([someone(), someone()]);
    await setUser(app.infrastructure.database.fork(), disabled.id, { status: 2 });
    expect((await review(app.client, reviewer.token, disabled.id, 'PASS')).value.state).toBe('PASSED');
    await app.client.data('mutation { deleteAccount }', {}, cancelled.token);
    expect((await review(app.client, reviewer.token, cancelled.id, 'PASS')).code).toBe('USER_NOT_FOUND');
    expect(await rowOf(app, cancelled.id)).toMatchObject({ state: -1 });
  });
});

describe('refused verifications', () => {
  test('a refused verification is submitted anew in all but its type, and waits again', async () => {
    const refused = await someone('REFUSE');
    const before = await seen(app.client, refused.id, refused.token);
    const picture = await uploadPicture(app.client, refused.token);
    const anew = {
      ...personOf({ picture }),
      type: 'ORG',
      idNumber: ID_NUMBER_X,
      description: '又一次',
      phoneNumber: freshPhone(),
    };
    const incomplete = await submit(
      app.client,
      refused.token,
      { ...anew, description: undefined },
      'updateVerification',
    );
    expect(incomplete).toEqual({ code: 'INVALID_INPUT', field: 'description' });
    expect(await seen(app.client, refused.id, refused.token)).toEqual(before);

    const { value } = await submit(app.client, refused.token, anew, 'updateVerification');
    expect(value).toEqual({
      ...before,
      state: 'PENDING',
      idNumber: ID_NUMBER_X,
      description: '又一次',
      phoneNumber: anew.phoneNumber,
      frontImage: { id: picture.id },
      rearImage: { id: picture.id },
      updatedAt: expect.any(String),
    });
    expect(Date.parse(value.updatedAt)).toBeGreaterThan(Date.parse(before.updatedAt));
    const twice = await submit(app.client, refused.token, anew, 'updateVerification');
    expect(twice).toEqual({ code: 'VERIFICATION_STATE', state: 'PENDING' });
  });

  test('a verification is updated only after a refusal', async () => {
    const passed = await someone('PASS');
    const update = (who: Applicant) => submit(app.client, who.token, personOf(who), 'updateVerification');
    expect((await update(passed)).code).toBe('VERIFICATION_STATE');
    expect((await update(stranger)).code).toBe('NOT_FOUND');
    expect((await submit(app.client, undefined, {}, 'updateVerification')).code).toBe('UNAUTHENTICATED');
  });
});

test('verification reviews are among the security events of the owner', async () => {
  const owner = await someone('REFUSE');
  await submit(app.client, owner.token, personOf(owner), 'updateVerification');
  await review(app.client, reviewer.token, owner.id, 'PASS');
  await withdraw(app.client, owner.token);
  await withdraw(app.client, owner.token);
  const events = '{ securityEvents { nodes { kind ip } } }';
  const { securityEvents } = await app.client.data(events, {}, owner.token);
  expect(securityEvents.nodes).toEqual([
    { kind: 'VERIFICATION_WITHDRAWN', ip: '127.0.0.1' },
    { kind: 'VERIFICATION_PASSED', ip: null },
    { kind: 'VERIFICATION_SUBMITTED', ip: '127.0.0.1' },
    { kind: 'VERIFICATION_REFUSED', ip: null },
    { kind: 'VERIFICATION_SUBMITTED', ip: '127.0.0.1' },
    { kind: 'REGISTERED', ip: '127.0.0.1' },
  ]);
});

describe('the list for reviewers', () => {
  const LIST = `query ($state: VerificationState, $first: Int, $after: String) {
    verifications(state: $state, first: $first, after: $after) {
      nodes { userId state idNumber user { id } } pageInfo { hasNextPage endCursor } } }`;

  async function pages(state: string | null, first: number) {
    const found: { userId: string; state: string; idNumber: string }[] = [];
    let after: string | null = null;
    do {
      const { verifications } = await app.client.data(LIST, { state, first, after }, reviewer.token);
      found.push(...verifications.nodes);
      after = verifications.pageInfo.hasNextPage ? verifications.pageInfo.endCursor : null;
    } while (after);
    return found;
  }

  test('the review list starts with the one that has waited longest, by state, in pages without gaps or doubles', async () => {
    const some = [await someone(), await someone(), await someone(), await someone('REFUSE')];
    const [first, second, third, refused] = some.map(({ id }) => String(id));
    await app.sql('update verifications set updated_at = ? where user_id = ?', [new Date(0), some[1]?.id]);
    const moment = (await rowOf(app, some[0]?.id as number))?.updated_at;
    await app.sql('update verifications set updated_at = ? where user_id = ?', [moment, some[2]?.id]);

    const pending = await pages('PENDING', 2);
    const ids = pending.map(({ userId }) => userId);
    expect(ids[0]).toBe(second);
    expect(ids.slice(-2)).toEqual([first, third]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(pending.map(({ state }) => state))).toEqual(new Set(['PENDING']));
    expect(pending.at(-1)).toMatchObject({ idNumber: ID_NUMBER, user: { id: third } });
    expect((await pages('PENDING', 1)).map(({ userId }) => userId)).toEqual(ids);
    expect((await pages('REFUSED', 100)).at(-1)?.userId).toBe(refused);
    const [{ n } = {}] = await app.sql(
      'select count(*)::int as n from verifications v join users u on u.id = v.user_id where u.status <> 3',
    );
    expect(await pages(null, 7)).toHaveLength(n as number);
  });

  test('the review list leaves out cancelled accounts', async () => {
    const cancelled = await someone();
    const isListed = async () =>
      (await pages('PENDING', 100)).some(({ userId }) => userId === String(cancelled.id));
    expect(await isListed()).toBe(true);
    await app.client.data('mutation { deleteAccount }', {}, cancelled.token);
    expect(await isListed()).toBe(false);
  });

  test('the review list is for reviewers only, and takes only its own cursors', async () => {
    expect(await app.client.code(LIST)).toBe('UNAUTHENTICATED');
    expect(await app.client.code(LIST, {}, stranger.token)).toBe('FORBIDDEN');
    const cursor = (text: string) => Buffer.from(text).toString('base64url');
    for (const after of [
      'x',
      '',
      cursor('12'),
      cursor('1.9999999999'),
      cursor('1.-1'),
      cursor('999999999999999.1'),
    ]) {
      expect(await app.client.code(LIST, { after }, reviewer.token)).toBe('INVALID_INPUT');
    }
    expect(await app.client.code(LIST, { first: 0 }, reviewer.token)).toBe('INVALID_INPUT');
  });
});

describe('submissions and reviews at once', () => {
  test('of ten verifications submitted at once, one is taken', async () => {
    const owner = await applicant(app.client);
    const outcomes = await atOnce(10, (index) =>
      submit(app.client, owner.token, index % 2 ? personOf(owner) : organisationOf(owner)),
    );
    expect(codes(outcomes)).toEqual({ ok: 1, VERIFICATION_STATE: 9 });
    const [taken] = outcomes.filter(({ value }) => value);
    expect(await seen(app.client, owner.id, owner.token)).toEqual(taken?.value);
  });

  test('of ten reviews at once by two reviewers, one decides', async () => {
    const colleague = await app.client.register();
    await grant(app, colleague.id, ['[user] Review Verification']);
    const waiting = await someone();
    const outcomes = await atOnce(10, (index) =>
      review(
        app.client,
        index % 2 ? colleague.token : reviewer.token,
        waiting.id,
        index % 3 ? 'PASS' : 'REFUSE',
      ),
    );
    expect(codes(outcomes)).toEqual({ ok: 1, VERIFICATION_STATE: 9 });
    const [decided] = outcomes.filter(({ value }) => value);
    expect((await seen(app.client, waiting.id)).state).toBe(decided?.value.state);
  });

  test('a review beside a withdrawal and new submission does not pass what the reviewer did not see', async () => {
    for (let round = 0; round < 5; round++) {
      const owner = await someone();
      const { updatedAt } = await seen(app.client, owner.id);
      const replace = async () => {
        expect(await withdraw(app.client, owner.token)).toEqual({ value: true });
        return submit(app.client, owner.token, organisationOf(owner));
      };
      const [reviewed, replaced] = await Promise.all([
        review(app.client, reviewer.token, owner.id, 'PASS', { updatedAt }),
        replace(),
      ]);
      if (reviewed.value) expect(reviewed.value).toMatchObject({ type: 'USER', state: 'PASSED' });
      else expect(['NOT_FOUND', 'VERIFICATION_STATE']).toContain(reviewed.code);
      expect(replaced.value).toMatchObject({ type: 'ORG', state: 'PENDING' });
      expect(await seen(app.client, owner.id)).toMatchObject({ type: 'ORG', state: 'PENDING' });
    }
  });

  test('of ten updates of a verification at once, one is taken', async () => {
    const refused = await someone('REFUSE');
    const outcomes = await atOnce(10, () =>
      submit(app.client, refused.token, personOf(refused), 'updateVerification'),
    );
    expect(codes(outcomes)).toEqual({ ok: 1, VERIFICATION_STATE: 9 });
  });
});
