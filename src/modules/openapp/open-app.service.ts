import { randomBytes } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AppError } from '../../errors/app-error.js';
import { isRange } from '../../infra/ip.js';
import type { SecretBox } from '../../infra/secret-box.js';
import type { OpenApp } from './open-app.entity.js';
import { findOpenApp, findOpenApps, insertOpenApp, updateOpenApp } from './open-app.repository.js';

/** What signs the calls of an app, and from where they may come. */
export interface OpenAppCredentials {
  id: number;
  secret: string;
  /** Addresses or CIDR ranges; empty allows any. */
  allowedIps: string[];
}

const PURPOSE = 'open_apps.secret';
const NAME_MAX = 100;

/** The applications that may call the signed open API (DECISIONS §5). */
export class OpenAppService {
  constructor(private readonly box: SecretBox) {}

  /** What a call of this app has to be checked against; null for an unknown or disabled app. */
  async credentials(em: EntityManager, id: number): Promise<OpenAppCredentials | null> {
    const app = await findOpenApp(em, id);
    if (!app || app.disabledAt) return null;
    return { id, secret: this.secretOf(app), allowedIps: app.allowedIps };
  }

  list(em: EntityManager): Promise<OpenApp[]> {
    return findOpenApps(em);
  }

  /** The new app and its secret, which cannot be shown again. Throws INVALID_INPUT. */
  async create(
    em: EntityManager,
    { name = '', allowedIps = [] }: { name?: string; allowedIps?: string[] },
  ): Promise<{ app: OpenApp; secret: string }> {
    if ([...name].length > NAME_MAX) throw new AppError('INVALID_INPUT', { field: 'name' });
    if (!allowedIps.every(isRange)) throw new AppError('INVALID_INPUT', { field: 'allowedIps' });
    const secret = newSecret();
    return { app: await insertOpenApp(em, { name, allowedIps, ...this.seal(secret) }), secret };
  }

  /** Replaces the secret; the old one is of no use from now on. Throws NOT_FOUND. */
  async rotate(em: EntityManager, id: number): Promise<{ app: OpenApp; secret: string }> {
    const secret = newSecret();
    return { app: existing(await updateOpenApp(em, id, this.seal(secret))), secret };
  }

  /** Refuses the app from now on; idempotent. Throws NOT_FOUND. */
  async disable(em: EntityManager, id: number): Promise<OpenApp> {
    const app = existing(await findOpenApp(em, id));
    return app.disabledAt ? app : existing(await updateOpenApp(em, id, { disabledAt: new Date() }));
  }

  /** The same secret under the current key. */
  reseal(app: OpenApp): Pick<OpenApp, 'keyId' | 'encryptedSecret'> {
    return this.seal(this.secretOf(app));
  }

  private secretOf({ keyId, encryptedSecret }: OpenApp): string {
    return this.box.open({ keyId, sealed: encryptedSecret }, PURPOSE);
  }

  private seal(secret: string): Pick<OpenApp, 'keyId' | 'encryptedSecret'> {
    const { keyId, sealed } = this.box.seal(secret, PURPOSE);
    return { keyId, encryptedSecret: sealed };
  }
}

/** 160 bits in hexadecimal: clients paste it into code and shells. */
const newSecret = (): string => randomBytes(20).toString('hex');

function existing(app: OpenApp | null): OpenApp {
  if (!app) throw new AppError('NOT_FOUND', { field: 'id' });
  return app;
}
