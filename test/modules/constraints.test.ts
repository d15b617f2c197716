import { toAppError } from '../../src/errors/unexpected.js';
import { insertUser, type NewUser, updateUser } from '../../src/modules/user/user.repository.js';
import { createUser, openTestDatabase, type TestDatabase } from '../support/context.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('a unique constraint that nobody foresaw', () => {
  test.each<[string, string, Omit<NewUser, 'name'> & { name?: string }]>([
    ['PHONE_TAKEN', 'phone', { phone: '13800138000' }],
    ['EMAIL_TAKEN', 'email', { email: 'taken@example.com', emailVerified: true }],
    ['NAME_TAKEN', 'name', { name: 'Taken_Name' }],
  ])('a violated unique constraint is told to clients as %s', async (code, field, columns) => {
    const em = database.fork();
    await createUser(database, columns);
    const inserted = await insertUser(em, { name: `second_${field}`, ...columns }).catch(toAppError);
    expect(inserted).toMatchObject({ code, details: { field } });
    const other = await createUser(database);
    expect(await updateUser(em, other, columns).catch(toAppError)).toMatchObject({
      code,
      details: { field },
    });
  });

  test('a violated unique constraint that means nothing to clients is a defect', async () => {
    const em = database.fork();
    const userId = await createUser(database);
    const sql = "insert into identities (user_id, provider, subject) values (?, 'qq', 'twice')";
    await em.execute(sql, [userId]);
    expect(await em.execute(sql, [userId]).catch(toAppError)).toMatchObject({ code: 'INTERNAL' });
  });
});
