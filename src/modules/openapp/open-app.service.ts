import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DatabaseContext, RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { HotCache } from '../../infra/hot-cache.js';
import { isRange, rangeMatcher } from '../../infra/ip.js';
import type { SecretBox } from '../../infra/secret-box.js';
import { INTEGER_MAX } from '../../numbers.js';
import type { OpenApp } from './open-app.entity.js';
import { findOpenApp, findOpenApps, insertOpenApp, updateOpenApp } from './open-app.repository.js';
import { isSignedBy, isTimely, type SignedRequest } from './signed-request.js';

const PURPOSE = 'open_apps.secret';
const NAME_MAX = 100;

/** What an app says of itself, without signing anything. */
export interface AppCredentials {
  id: number;
  secret: string;
}

type Sealed = Pick<OpenApp, 'keyId' | 'encryptedSecret'>;
type Apps = ReadonlyMap<number, OpenApp>;

/** Applications of others: they call the signed open API, and ask whose a token is. */
export class OpenAppService {
  /** All apps, which are few, under one key: ids that nobody has cost the database nothing. */
  private readonly known = new HotCache<Apps>(1);
  private nobody: Sealed | undefined;

  constructor(private readonly box: SecretBox) {}

  /**
   * Believes a request: app, then clock and signature, then the caller's address. Throws
   * SIGNATURE_INVALID or APP_IP_FORBIDDEN.
   */
  async authenticate({ em, client }: RequestContext, request: SignedRequest): Promise<void> {
    const app = request.appId <= INTEGER_MAX ? await findOpenApp(em, request.appId) : null;
    if (!app || app.disabledAt || !isTimely(request)) throw new AppError('SIGNATURE_INVALID');
    if (!isSignedBy(request, this.secretOf(app))) throw new AppError('SIGNATURE_INVALID');
    if (!mayCallFrom(app, client.ip)) throw new AppError('APP_IP_FORBIDDEN');
  }

  /**
   * The app with this id and secret, if it may call from there; null for every other reason alike, after the same work.
   * What was changed of an app that calls more than ten times a second is seen within half a second.
   */
  async identify(
    ctx: Pick<RequestContext, 'em' | 'client'>,
    { id, secret }: AppCredentials,
  ): Promise<OpenApp | null> {
    const apps = await this.known.get('', () => appsOf(ctx));
    const app = apps.get(id);
    this.nobody ??= this.seal(newSecret());
    const isRight = isSame(this.secretOf(app ?? this.nobody), secret);
    return app && isRight && !app.disabledAt && mayCallFrom(app, ctx.client.ip) ? app : null;
  }

  list(ctx: DatabaseContext): Promise<OpenApp[]> {
    return findOpenApps(ctx.em);
  }

  /** The new app and its secret, which cannot be shown again. Throws INVALID_INPUT. */
  async create(
    ctx: DatabaseContext,
    { name = '', allowedIps = [] }: { name?: string; allowedIps?: string[] },
  ): Promise<{ app: OpenApp; secret: string }> {
    if ([...name].length > NAME_MAX) throw new AppError('INVALID_INPUT', { field: 'name' });
    if (!allowedIps.every(isRange)) throw new AppError('INVALID_INPUT', { field: 'allowedIps' });
    const secret = newSecret();
    return { app: await insertOpenApp(ctx.em, { name, allowedIps, ...this.seal(secret) }), secret };
  }

  /** Replaces the secret; the old one is of no use from now on. Throws NOT_FOUND. */
  async rotate(ctx: DatabaseContext, id: number): Promise<{ app: OpenApp; secret: string }> {
    const secret = newSecret();
    return { app: existing(await updateOpenApp(ctx.em, id, this.seal(secret))), secret };
  }

  /** Refuses the app from now on; idempotent. Throws NOT_FOUND. */
  async disable(ctx: DatabaseContext, id: number): Promise<OpenApp> {
    const app = existing(await findOpenApp(ctx.em, id));
    return app.disabledAt ? app : existing(await updateOpenApp(ctx.em, id, { disabledAt: new Date() }));
  }

  /** The same secret under the current key. */
  reseal(app: OpenApp): Sealed {
    return this.seal(this.secretOf(app));
  }

  private secretOf({ keyId, encryptedSecret }: Sealed): string {
    return this.box.open({ keyId, sealed: encryptedSecret }, PURPOSE);
  }

  private seal(secret: string): Sealed {
    const { keyId, sealed } = this.box.seal(secret, PURPOSE);
    return { keyId, encryptedSecret: sealed };
  }
}

/** 160 bits in hexadecimal: clients paste it into code and shells. */
const newSecret = (): string => randomBytes(20).toString('hex');

const appsOf = async ({ em }: DatabaseContext): Promise<Apps> =>
  new Map((await findOpenApps(em)).map((app) => [app.id, app]));

/** An empty list allows any. */
const mayCallFrom = ({ allowedIps }: OpenApp, ip: string): boolean =>
  allowedIps.length === 0 || rangeMatcher(allowedIps)(ip);

/** Compares in constant time, whatever the lengths. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other));

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

function existing(app: OpenApp | null): OpenApp {
  if (!app) throw new AppError('NOT_FOUND', { field: 'id' });
  return app;
}
