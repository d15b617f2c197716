import type { EntityManager } from '@mikro-orm/postgresql';
import type { Command } from 'commander';
import {
  lockPasswordsUnderOtherKeys,
  storeResealedPassword,
} from '../../modules/credential/credential.repository.js';
import { lockWebhooksUnderOtherKeys, updateWebhook } from '../../modules/event/webhook.repository.js';
import { lockOpenAppsUnderOtherKeys, updateOpenApp } from '../../modules/openapp/open-app.repository.js';
import {
  lockVerificationsUnderOtherKeys,
  storeResealed,
} from '../../modules/verification/verification.repository.js';
import type { Services } from '../../services.js';
import type { Run } from '../command.js';
import { type Output, showOne } from '../output.js';
import { reencrypt } from '../reencryption.js';

/** Everything that is encrypted at rest. */
async function reencryptAll(
  em: EntityManager,
  {
    importedPasswords,
    openApps: apps,
    secretBox: box,
    verificationSecrets: secrets,
    webhooks: hooks,
  }: Services,
): Promise<Output> {
  const verifications = await reencrypt(em, box.keyId, {
    lockNext: lockVerificationsUnderOtherKeys,
    idOf: ({ userId }) => userId,
    reseal: (verification) => secrets.reseal(verification),
    store: storeResealed,
  });
  const openApps = await reencrypt(em, box.keyId, {
    lockNext: lockOpenAppsUnderOtherKeys,
    idOf: ({ id }) => id,
    reseal: (app) => apps.reseal(app),
    store: updateOpenApp,
  });
  const passwords = await reencrypt(em, box.keyId, {
    lockNext: lockPasswordsUnderOtherKeys,
    idOf: ({ userId }) => userId,
    reseal: (password) => importedPasswords.reseal(password),
    store: storeResealedPassword,
  });
  const webhooks = await reencrypt(em, box.keyId, {
    lockNext: lockWebhooksUnderOtherKeys,
    idOf: ({ id }) => id,
    reseal: (webhook) => hooks.reseal(webhook),
    store: updateWebhook,
  });
  const kinds = [verifications, openApps, passwords, webhooks];
  const unreadable = kinds.reduce((sum, kind) => sum + kind.unreadable, 0);
  const output = showOne({
    keyId: box.keyId,
    verifications: verifications.reencrypted,
    openApps: openApps.reencrypted,
    passwords: passwords.reencrypted,
    webhooks: webhooks.reencrypted,
    unreadable,
    unreadableKeys: [...new Set(kinds.flatMap((kind) => [...kind.unreadableKeys]))],
  });
  return { ...output, exitCode: unreadable > 0 ? 1 : 0 };
}

export function addDataKeyCommands(program: Command, run: Run): void {
  const dataKey = program.command('data-key').description('The keys of what is encrypted at rest.');

  dataKey
    .command('reencrypt')
    .description('Put everything encrypted under another key under the first one of DATA_KEYS.')
    .action(() =>
      run(async (environment) => reencryptAll(await environment.em(), await environment.services())),
    );
}
