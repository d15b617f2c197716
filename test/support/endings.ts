import { setAbility } from '../../src/cli/operator.repository.js';
import type { TestApp } from './app.js';
import { type Account, md5, PASSWORD } from './client.js';

/** As the command line does it, beside a gateway. */
export async function setAbilityAt(
  app: TestApp,
  { id }: Account,
  ability: string,
  granted: boolean,
): Promise<void> {
  const em = app.infrastructure.database.fork();
  await setAbility(em, id, ability, granted);
  await app.services.sessions.refresh({ em }, id);
}

/** Prepares to end the session `token` of the account, and answers what ends it by a request to gateway `a`. */
type Ending = (a: TestApp, account: Account, token: string) => Promise<() => Promise<unknown>>;

export const RETRIEVING = 'retrieving the password';

export const ENDINGS: readonly [string, Ending][] = [
  ['logging out', async (a, _account, token) => () => a.client.data('mutation { logout }', {}, token)],
  [
    'logging out at the anlife door',
    async (a, { id }, token) =>
      () =>
        a.client.legacy('POST', '/anlife/v1.0/user/logout', { user_id: id, auth_token: token }),
  ],
  [
    'logging out everywhere',
    async (a, { token }) =>
      () =>
        a.client.data('mutation { logout(everywhere: true) }', {}, token),
  ],
  [
    'refreshing it',
    async (a, _account, token) => () => a.client.data('mutation { refreshSession { token } }', {}, token),
  ],
  [
    'ending it from another session',
    async (a, { token: own }) => {
      const { sessions } = await a.client.data('{ sessions { id } }', {}, own);
      const [other] = sessions; // The newest comes first.
      const revoke = 'mutation ($id: ID!) { revokeSession(id: $id) }';
      return () => a.client.data(revoke, { id: other.id }, own);
    },
  ],
  [
    'changing the password in another session',
    async (a, { token: own }) =>
      () =>
        a.client.data(
          'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }',
          { input: { oldPassword: PASSWORD, password: 'changed-horse-8' } },
          own,
        ),
  ],
  [
    RETRIEVING,
    async (a, { phone }) => {
      const code = await a.client.sendCode(phone, ['RETRIEVE']);
      const password = md5('retrieved-horse-8');
      const form = { phone, sms_code: code, password1: password, password2: password };
      return () => a.client.legacy('POST', '/anlife/v1.0/user/findPwd', form);
    },
  ],
  [
    'disabling the account',
    async (a, { id }) => {
      const administrator = await a.client.register();
      await setAbilityAt(a, administrator, '[user] Disabled User', true);
      const disable = 'mutation ($id: ID!) { disableUser(id: $id) { id } }';
      return () => a.client.data(disable, { id }, administrator.token);
    },
  ],
  [
    'cancelling the account',
    async (a, { token: own }) =>
      () =>
        a.client.data('mutation { deleteAccount }', {}, own),
  ],
];
