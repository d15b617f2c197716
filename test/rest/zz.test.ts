import { type AnlifeApp, startAnlife } from './anlife.support.js';
let app: AnlifeApp;
beforeAll(async () => { app = await startAnlife(); });
afterAll(() => app.close());
test.each(Array.from({length: 60}, (_, i) => i))('%d', async () => {
  const { user_id, auth_token, phone, password } = await app.member();
  await app.post('/user/modifyInfo', { user_id, auth_token, nickname: 'x' });
  await app.post('/user/loginAndGetUserInfo', { phone, password, device_type: 1 });
  await app.post('/user/loginAndGetUserInfo', { phone, password, device_type: 2 });
  await app.client.data('mutation { deleteAccount }', {}, auth_token);
});
