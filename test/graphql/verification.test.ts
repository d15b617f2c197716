import { type LoneApp, startTestApp } from '../support/app.js';
import { grant, uploadPicture } from '../support/operations.js';
import {
  type Applicant,
  applicant,
  HIDDEN,
  ID_NUMBER,
  ID_NUMBER_X,
  newReviewer,
  organisationOf,
  PRIVATE,
  personOf,
  review,
  rowOf,
  seen,
  submit,
  submitted,
  withdraw,
} from '../support/verification.js';

/** Submitting a real-name verification, what it takes, and who sees it. */

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

describe('submitting', () => {
  test('a person is submitted for verification with pictures named by id or node', async () => {
    const person = await applicant(app.client);
    const rear = await uploadPicture(app.client, person.token);
    const input = {
      ...personOf(person),
      rearImageId: rear.node,
      realName: ' 七夜 ',
      phoneNumber: '+86 15694005009',
    };
    const { value } = await submit(app.client, person.token, input);
    expect(value).toEqual({
      userId: String(person.id),
      type: 'USER',
      state: 'PENDING',
      description: '智艺花泽类❤',
      slogan: null,
      createdAt: expect.any(String),
      updatedAt: value.createdAt,
      ...HIDDEN,
      realName: '七夜',
      idNumber: ID_NUMBER,
      phoneNumber: '15694005009',
      frontImage: { id: person.picture.id },
      rearImage: { id: rear.id },
    });
    expect(Math.abs(Date.parse(value.createdAt) - Date.now())).toBeLessThan(60_000);
    expect(await seen(app.client, person.id, person.token)).toEqual(value);
  });

  test('an organisation is submitted by the person who stands for it, and what belongs to the other type is not kept', async () => {
    const founder = await applicant(app.client);
    const input = {
      ...organisationOf(founder),
      idNumber: ID_NUMBER_X.toLowerCase(),
      frontImageId: 'ignored',
    };
    const { value } = await submit(app.client, founder.token, input);
    expect(value).toMatchObject({
      ...HIDDEN,
      type: 'ORG',
      organisationName: '成都智艺创想科技有限公司',
      organisationAddress: '成都市高新区天府大道北段1700号',
      certificateImage: { id: founder.picture.id },
      realName: '李某',
      idNumber: ID_NUMBER_X,
      phoneNumber: '15694005009',
      description: '一个让人心累的公司️',
    });
    expect(await rowOf(app, founder.id)).toMatchObject({ type: 'org', front_image_id: null, state: -1 });
  });

  test('a verification needs a session, and is submitted once', async () => {
    expect((await submit(app.client, undefined, personOf(stranger))).code).toBe('UNAUTHENTICATED');
    const waiting = await someone();
    for (const decision of [undefined, 'REFUSE'] as const) {
      if (decision) await review(app.client, reviewer.token, waiting.id, decision);
      expect(await submit(app.client, waiting.token, organisationOf(waiting))).toEqual({
        code: 'VERIFICATION_STATE',
        state: decision ? 'REFUSED' : 'PENDING',
      });
    }
  });

  test('a user who never submitted a verification has none', async () => {
    expect(await seen(app.client, stranger.id, stranger.token)).toBeNull();
  });
});

test.each([
  ['a resident of Taiwan', '830000199003070035'],
  ['a resident of Hong Kong', '810000198512310123'],
  ['a resident of Macau', '820000200002290013'],
  ['a foreigner who lives in Shanghai', '931156198507170010'],
  ['a foreigner of a country without a place', '988264199912310078'],
  ['somebody who pastes it', '\u202d110101\u00a019900307\u200b 7571\u202c', ID_NUMBER],
  ['somebody with a Chinese keyboard', '１１０１０５１９４９１２３１００２ｘ', ID_NUMBER_X],
])('a verification takes the number of %s: %s', async (_who, idNumber, stored = idNumber) => {
  const someone = await applicant(app.client);
  const { value } = await submit(app.client, someone.token, { ...personOf(someone), idNumber });
  expect(value?.idNumber).toBe(stored);
});

describe('refused verifications', () => {
  const long = '长'.repeat(192);
  const texts = ['realName', 'description'];
  const ofOrganisation = ['organisationName', 'organisationAddress'];
  const wrongNumbers = {
    'check digit': '110101199003077572',
    'X for a digit': '11010119900307757X',
    '15 digits': '110101900307757',
    'no such day': '110101199002307578',
    'not born yet': '110101299003077572',
    'no such province': '990101199003077571',
    'digits before': `1${ID_NUMBER}`,
    'no residence permit': '840000199003070037',
    'of an older permit of a foreigner': 'USA110078010101',
    'letters that look like digits': 'll010119900307757l',
    words: '身份证',
  };
  const cases: [string, 'person' | 'organisation', string, unknown, string][] = [
    ['no type', 'person', 'type', null, 'INVALID_INPUT'],
    ...['frontImageId', 'rearImageId', 'idNumber', 'phoneNumber', ...texts].flatMap((field) =>
      [undefined, null, '', ' \u200e\n', '\u200b\u3164\u2800'].map((value): (typeof cases)[0] => [
        `${JSON.stringify(value)}`,
        'person',
        field,
        value,
        'INVALID_INPUT',
      ]),
    ),
    ...['certificateImageId', 'idNumber', 'phoneNumber', ...texts, ...ofOrganisation].map(
      (field): (typeof cases)[0] => ['missing', 'organisation', field, null, 'INVALID_INPUT'],
    ),
    ...[...texts, ...ofOrganisation].map((field): (typeof cases)[0] => [
      'too long',
      'organisation',
      field,
      long,
      'INVALID_INPUT',
    ]),
    ...Object.entries(wrongNumbers).map(([name, number]): (typeof cases)[0] => [
      name,
      'person',
      'idNumber',
      number,
      'INVALID_INPUT',
    ]),
    ['a landline', 'person', 'phoneNumber', '02885551234', 'PHONE_INVALID'],
  ];

  test.each(cases)('a verification is refused: %s (%s, %s)', async (_name, kind, field, value, code) => {
    const input = {
      ...(kind === 'person' ? personOf(stranger) : organisationOf(stranger)),
      [field]: value,
    };
    expect(await submit(app.client, stranger.token, input)).toEqual({ code, field });
    expect(await rowOf(app, stranger.id)).toBeUndefined();
  });

  test('a verification takes texts of 191 characters, however many bytes they have', async () => {
    const founder = await applicant(app.client);
    const most = '😀'.repeat(191);
    const texts = { realName: most, description: most, organisationName: most, organisationAddress: most };
    const { value } = await submit(app.client, founder.token, { ...organisationOf(founder), ...texts });
    expect(value).toMatchObject(texts);
  });

  test("a verification is refused with pictures that are not the caller's own", async () => {
    const other = await applicant(app.client);
    const { defaultPhotos } = await app.client.data('{ defaultPhotos { id node } }');
    const { id, node } = stranger.picture;
    const foreign = [
      other.picture.id,
      other.picture.node,
      defaultPhotos[0].id,
      defaultPhotos[0].node,
      'f'.repeat(32),
      id.toUpperCase(),
      node.replace(/\d{4}/, '2001'),
      node.replace(/png$/, 'jpg'),
      node.replace('public:', ''),
      `public:${id}`,
      `public:../${node.slice('public:'.length)}`,
      `${app.url}/storage/${node}`,
      'public:2019/03/01/EbYL0qhFWU1Q771nF5LYnJ2G21H11wZNTmS4GyGRqyulN4DAo10AyOoolDqcNmVf.jpeg',
      "' or ''='",
    ];
    for (const reference of foreign) {
      for (const field of ['frontImageId', 'rearImageId']) {
        const input = { ...personOf(stranger), [field]: reference };
        expect({ reference, ...(await submit(app.client, stranger.token, input)) }).toEqual({
          reference,
          code: 'INVALID_INPUT',
          field,
        });
      }
      const input = { ...organisationOf(stranger), certificateImageId: reference };
      expect((await submit(app.client, stranger.token, input)).field).toBe('certificateImageId');
    }
    expect(await rowOf(app, stranger.id)).toBeUndefined();
  });
});

describe('the parts of a verification', () => {
  test('everybody sees the public part of a verification, along every path; owner, reviewers and readers of private data see the rest', async () => {
    const person = await someone();
    const whole = await seen(app.client, person.id, person.token);
    expect(whole).toMatchObject({
      realName: '七夜',
      idNumber: ID_NUMBER,
      rearImage: { id: person.picture.id },
    });
    const reader = await app.client.register();
    expect(await seen(app.client, person.id)).toEqual({ ...whole, ...HIDDEN });
    expect(await seen(app.client, person.id, reader.token)).toEqual({ ...whole, ...HIDDEN });

    await grant(app, person.id, ['[currency] Record Income']);
    const income = { userId: String(person.id), amount: 10, key: `verification-${person.id}` };
    await app.client.data(
      'mutation ($input: RecordIncomeInput!) { recordIncome(input: $input) { id } }',
      { input: income },
      person.token,
    );
    const paths = await app.client.data(
      `mutation ($id: ID!) { follow(userId: $id) { verification { ${PRIVATE} user { phone verification { ${PRIVATE} } } } } }`,
      { id: String(person.id) },
      reader.token,
    );
    expect(paths.follow.verification).toEqual({ ...HIDDEN, user: { phone: null, verification: HIDDEN } });
    const lists = await app.client.data(
      `query ($ids: [ID!]!) { users(filter: { ids: $ids }) { nodes { verification { ${PRIVATE} } } }
         rank { entries { user { verification { ${PRIVATE} } } } } }`,
      { ids: [String(person.id)] },
      reader.token,
    );
    expect(lists.users.nodes).toEqual([{ verification: HIDDEN }]);
    expect(lists.rank.entries).toEqual([{ user: { verification: HIDDEN } }]);

    await grant(app, reader.id, ['[user] Read Private']);
    for (const token of [reader.token, reviewer.token]) {
      expect(await seen(app.client, person.id, token)).toEqual(whole);
    }
  });

  test('the table of verifications shows neither name nor number, and their ciphertexts open in their own row only', async () => {
    const [one, other] = await Promise.all([someone(), someone()]);
    const [row, otherRow] = await Promise.all([rowOf(app, one.id), rowOf(app, other.id)]);
    const stored = JSON.stringify(row);
    for (const secret of ['七夜', ID_NUMBER]) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
    }
    expect(row?.key_id).toBe(app.config.DATA_KEYS[0]?.id);
    expect(row?.encrypted_id_number).not.toBe(otherRow?.encrypted_id_number);

    await app.sql('update verifications set encrypted_id_number = ? where user_id = ?', [
      otherRow?.encrypted_id_number,
      one.id,
    ]);
    const { data, errors } = await app.client.graphql(
      '{ me { verification { realName idNumber } } }',
      {},
      { token: one.token },
    );
    expect(data.me.verification).toEqual({ realName: '七夜', idNumber: null });
    expect(errors?.[0]?.extensions).toEqual({ code: 'INTERNAL', requestId: expect.any(String) });
    await withdraw(app.client, one.token);
  });
});
test('a verification is withdrawn in any state, and can then be submitted again', async () => {
  for (const decision of [undefined, 'PASS', 'REFUSE'] as const) {
    const owner = await someone(decision);
    expect(await withdraw(app.client, owner.token)).toEqual({ value: true });
    expect(await rowOf(app, owner.id)).toBeUndefined();
    expect(await withdraw(app.client, owner.token)).toEqual({ code: 'NOT_FOUND' });
    const { value } = await submit(app.client, owner.token, organisationOf(owner));
    expect(value).toMatchObject({ type: 'ORG', state: 'PENDING' });
  }
  expect(await app.client.code('mutation { deleteVerification }')).toBe('UNAUTHENTICATED');
});
