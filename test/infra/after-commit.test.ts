import 'reflect-metadata';
import type { EntityManager } from '@mikro-orm/postgresql';
import { afterCommit } from '../../src/infra/database/after-commit.js';
import { openTestDatabase, type TestDatabase } from '../support/context.js';

let db: TestDatabase;
let em: EntityManager;
beforeAll(async () => {
  db = await openTestDatabase();
  em = db.fork();
});
afterAll(() => db.close());

let log: string[];
beforeEach(() => {
  log = [];
});

const tell = (word: string) => afterCommit(em, async () => void log.push(word));

test('outside of a transaction work is done at once', async () => {
  await tell('done');
  expect(log).toEqual(['done']);
});

test('work waits for the commit, in its order', async () => {
  await em.transactional(async () => {
    await tell('first');
    await tell('second');
    log.push('end');
  });
  expect(log).toEqual(['end', 'first', 'second']);
});

test('work of a transaction inside another waits for the outer one', async () => {
  await em.transactional(async () => {
    await tell('outer');
    await em.transactional(() => em.transactional(() => tell('inner')));
    log.push('end');
  });
  expect(log).toEqual(['end', 'outer', 'inner']);
});

test('what is rolled back is never done, inside or outside', async () => {
  const fail = () => Promise.reject(new Error('rolled back'));
  await em.transactional(async () => {
    const inner = em.transactional(() => tell('inner').then(fail));
    await expect(inner).rejects.toThrow('rolled back');
    await tell('outer');
  });
  expect(log).toEqual(['outer']);
  const outer = em.transactional(() => em.transactional(() => tell('lost')).then(fail));
  await expect(outer).rejects.toThrow('rolled back');
  expect(log).toEqual(['outer']);
});
