import { once } from 'node:events';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import sharp from 'sharp';
import { type AnlifeApp, type Answer, failed, type Member, startAnlife } from './anlife.support.js';

/** Failures on our own side: error 1099 in the envelope, and nothing half done. */

let app: AnlifeApp;
let member: Member;
let picture: Blob;

beforeAll(async () => {
  app = await startAnlife();
  member = await app.member();
  const png = await sharp({ create: { width: 60, height: 60, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  picture = new Blob([new Uint8Array(png)], { type: 'image/png' });
});
afterAll(() => app.close());

async function upload(): Promise<Answer> {
  const body = new FormData();
  body.append('file', picture, 'photo.png');
  const headers = { auth_token: member.auth_token };
  const response = await fetch(`${app.url}/upload`, { method: 'POST', headers, body });
  return { status: response.status, body: await response.json() };
}

const countImages = async () =>
  (await app.sql<{ n: number }>('select count(*)::int as n from images'))[0]?.n ?? 0;

const storage = () => path.join(app.world.dataDir, 'storage');

async function expectUploadWorks(): Promise<void> {
  const [images, files] = [await countImages(), await app.storedFiles()];
  expect(await upload()).toEqual({ status: 200, body: { status: 'ok', image: expect.anything() } });
  expect(await countImages()).toBe(images + 1);
  expect(await app.storedFiles()).toHaveLength(files.length + 1);
}

test('an upload to a storage that takes nothing leaves no row', async () => {
  const before = await countImages();
  const away = `${storage()}.away`;
  await rename(storage(), away);
  await writeFile(storage(), 'a file where a directory should be');
  expect(await upload()).toEqual(failed(1099, 500));
  expect(await countImages()).toBe(before);
  await rm(storage());
  await rename(away, storage());
  await expectUploadWorks();
});

test('an upload to a storage that fails half-way leaves neither a row nor a file', async () => {
  const before = [await countImages(), await app.storedFiles()];
  // The bytes can be written, but not given their name.
  const year = path.join(storage(), String(new Date().getUTCFullYear()));
  await mkdir(year, { recursive: true });
  await rename(year, `${storage()}.year`);
  await writeFile(year, 'in the way');
  expect(await upload()).toEqual(failed(1099, 500));
  await rm(year);
  await rename(`${storage()}.year`, year);
  expect([await countImages(), await app.storedFiles()]).toEqual(before);
  await expectUploadWorks();
});

test('an upload whose row the database refuses leaves no file', async () => {
  const before = await app.storedFiles();
  await app.sql('alter table images rename to images_away');
  const answer = await upload();
  await app.sql('alter table images_away rename to images');
  expect(answer).toEqual(failed(1099, 500));
  expect(await app.storedFiles()).toEqual(before);
  await expectUploadWorks();
});

test('an answer to a failure of the database says nothing of the database', async () => {
  await app.sql('alter table hobbies rename to hobbies_away');
  const answer = await app.get('/user/getHobbyList', { user_id: 1 });
  await app.sql('alter table hobbies_away rename to hobbies');
  expect(answer).toEqual(failed(1099, 500));
});

test('a registration that fails half-way leaves nothing, and its code stays good', async () => {
  const phone = '13900000001';
  const sms_code = await app.codeFrom('getRegisterSms', phone);
  const register = () => app.post('/user/register', { phone, password: member.password, sms_code });
  await app.sql('alter table credentials rename to credentials_away');
  const answer = await register();
  await app.sql('alter table credentials_away rename to credentials');
  expect(answer).toEqual(failed(1099, 500));
  expect(await app.sql('select 1 from users where phone = ?', [phone])).toEqual([]);
  expect((await register()).body.datas).toEqual({
    user_id: expect.any(Number),
    auth_token: expect.any(String),
  });
});

test('a connection on which nothing was asked does not hold up closing the gateway', async () => {
  const gateway = await app.world.start();
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  await once(socket, 'connect');
  // Without its own time-outs the server would wait for the connection for ever.
  Object.assign(gateway.http.server, { headersTimeout: 0, requestTimeout: 0, timeout: 0 });
  const hungUp = once(socket, 'close');
  socket.resume();
  await gateway.close();
  await hungUp;
});
