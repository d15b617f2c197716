import { randomInt } from 'node:crypto';
import type { Config } from '../../config.js';
import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { isNameTaken } from '../../errors/constraints.js';
import type { MessageSender } from '../../infra/message/port.js';
import { INTEGER_MAX } from '../../numbers.js';
import type { AccountCreator, NewAccount } from '../account/account.creator.js';
import { takenError } from '../code/code.address.js';
import type { PasswordVerifier } from '../credential/password.verifier.js';
import type { ModerationService } from '../moderation/moderation.service.js';
import { normaliseEmail, normalisePhone, parsePhone } from '../user/contact.js';
import type { LegacyIdService } from '../user/legacy-id.service.js';
import { loadUser } from '../user/load-user.js';
import { NAME_WIDTH_LEAST, normaliseName } from '../user/text.js';
import type { User } from '../user/user.entity.js';
import { findUserByEmail, findUserById, findUserByName, findUserByPhone } from '../user/user.repository.js';
import type { OpenAppService } from './open-app.service.js';
import { claimCall, findCall, forgetOldCalls, nameCreated } from './open-app-call.repository.js';
import { type RequestParameter, readSignedRequest, type SignedRequest } from './signed-request.js';

type Messages = Readonly<Record<'sms' | 'mail', MessageSender>>;

/** The part of an account that apps may see. */
export type OpenAccountView = Pick<User, 'id' | 'name' | 'phone' | 'email'>;

/** An address without proof is not told. */
const viewOf = ({ id, name, phone, email, emailVerified }: User): OpenAccountView => ({
  id,
  name,
  phone,
  email: emailVerified ? email : null,
});

/** Accounts as signed apps find and register them: `open.md` and docs/decisions.md. */
export class OpenAccountService {
  constructor(
    private readonly config: Pick<Config, 'LEGACY_IDS'>,
    private readonly apps: OpenAppService,
    private readonly creator: AccountCreator,
    private readonly passwords: PasswordVerifier,
    private readonly moderation: ModerationService,
    private readonly legacyIds: LegacyIdService,
    private readonly senders: Messages,
    private readonly onUndelivered: (error: unknown) => void,
  ) {}

  /**
   * Creates an account with a name, a phone or an e-mail address, which are taken for verified because the app says
   * so. The same signed request again answers the same account. Throws INVALID_INPUT, PHONE_INVALID, EMAIL_INVALID,
   * NAME_…, PASSWORD_WEAK, then SIGNATURE_INVALID, APP_IP_FORBIDDEN, IP_BLOCKED, then PHONE_TAKEN, EMAIL_TAKEN.
   */
  async register(ctx: RequestContext, parameters: readonly RequestParameter[]): Promise<OpenAccountView> {
    const request = readSignedRequest(parameters);
    const { password, ...account } = this.wantedOf(ctx, request);
    await this.apps.authenticate(ctx, request);
    if (await this.moderation.isBlocked(ctx, ctx.client.ip)) throw new AppError('IP_BLOCKED');
    const done = await findCall(ctx.em, request);
    if (done) return viewOf(await loadUser(ctx, done));

    const to = account.phone ?? account.email;
    const generated = password === undefined && to ? generatePassword() : null;
    const chosen = password ?? generated;
    const passwordHash =
      chosen && (await this.passwords.hashNew(ctx, { password: chosen, passwordFormat: 'PLAIN' }));
    const { userId, isNew } = await this.create(ctx, request, { ...account, passwordHash });
    if (isNew && generated && to) await this.tell(ctx, account.phone ? 'sms' : 'mail', to, generated);
    return viewOf(await loadUser(ctx, userId));
  }

  /** The account that an app asks for; throws USER_NOT_FOUND besides what {@link register} throws of a request. */
  async find(ctx: RequestContext, parameters: readonly RequestParameter[]): Promise<OpenAccountView> {
    const request = readSignedRequest(parameters);
    const account = request.values.get('account')?.trim() ?? '';
    const type = request.values.get('type') || typeOf(account);
    if (account === '') throw new AppError('INVALID_INPUT', { field: 'account' });
    const find = this.finderOf(type, account);
    await this.apps.authenticate(ctx, request);
    const user = await find(ctx);
    if (!user) throw new AppError('USER_NOT_FOUND', { field: 'account' });
    return viewOf(user);
  }

  private finderOf(type: string, account: string): (ctx: RequestContext) => Promise<User | null> {
    if (type === 'email') {
      const email = normaliseEmail(account, 'account');
      return ({ em }) => findUserByEmail(em, email);
    }
    if (type === 'phone') {
      const phone = normalisePhone(account, 'account');
      return ({ em }) => findUserByPhone(em, phone);
    }
    if (type !== 'id' || !/^\d+$/.test(account)) {
      throw new AppError('INVALID_INPUT', { field: type === 'id' ? 'account' : 'type' });
    }
    return (ctx) => this.findByNumber(ctx, Number(account));
  }

  /** The request is signed as it came, so this door alone is not translated before (rest/legacy-ids.ts). */
  private async findByNumber(ctx: RequestContext, number: number): Promise<User | null> {
    if (number < 1 || !Number.isSafeInteger(number)) return null;
    const system = this.config.LEGACY_IDS.find((one) => one === ctx.client.door);
    const accounts = system && (await this.legacyIds.accountsOf(ctx, system, [number]));
    const known = accounts?.get(number);
    const id = known === undefined ? number : known;
    return id !== null && id <= INTEGER_MAX ? findUserById(ctx.em, id) : null;
  }

  /** Everything that can be judged without asking the database. */
  private wantedOf(
    ctx: RequestContext,
    { values }: SignedRequest,
  ): NewAccount & { password: string | undefined } {
    const given = (name: string) => values.get(name) || undefined;
    const [name, phone, email, password] = ['name', 'phone', 'email', 'password'].map(given);
    if (!name && !phone && !email) throw new AppError('INVALID_INPUT', { field: 'name' });
    if (password) this.passwords.assertAllowed(ctx, { password, passwordFormat: 'PLAIN' });
    return {
      name: name && normaliseName(name, NAME_WIDTH_LEAST),
      phone: phone && normalisePhone(phone),
      email: email && normaliseEmail(email),
      password,
    };
  }

  /** Phone and e-mail address must be free; a taken name gives way to a generated one. */
  private async free(ctx: RequestContext, account: NewAccount): Promise<NewAccount> {
    const { name, phone, email } = account;
    if (name) await this.moderation.assertAllowed(ctx, name, 'name');
    if (phone && (await findUserByPhone(ctx.em, phone))) throw takenError('sms');
    if (email && (await findUserByEmail(ctx.em, email))) throw takenError('mail');
    return name && (await findUserByName(ctx.em, name)) ? { ...account, name: null } : account;
  }

  /**
   * Of the same request twice at once one creates, and the other waits for it and finds what it created. Only then is
   * it asked what is taken: before, the other would find taken what the one just created.
   */
  private create(
    ctx: RequestContext,
    request: SignedRequest,
    account: NewAccount,
  ): Promise<{ userId: number; isNew: boolean }> {
    return ctx.em.transactional(async () => {
      if (!(await claimCall(ctx.em, request))) {
        return { userId: (await findCall(ctx.em, request)) ?? 0, isNew: false };
      }
      await forgetOldCalls(ctx.em);
      const userId = await this.insert(ctx, await this.free(ctx, account));
      await nameCreated(ctx.em, request, userId);
      return { userId, isNew: true };
    });
  }

  /** Somebody may take the name at this very moment. */
  private insert(ctx: RequestContext, account: NewAccount): Promise<number> {
    return this.creator.create(ctx, account).catch((error: unknown) => {
      if (!isNameTaken(error)) throw error;
      return this.creator.create(ctx, { ...account, name: null });
    });
  }

  /** The account exists, and its owner can retrieve a password that did not arrive. */
  private async tell(
    { client: { locale } }: RequestContext,
    channel: 'sms' | 'mail',
    to: string,
    password: string,
  ): Promise<void> {
    await this.senders[channel]
      .send({ to, code: password, purposes: ['PASSWORD'], lifeSeconds: null, locale })
      .catch(this.onUndelivered);
  }
}

/** Left out: an e-mail address if it has an @, a phone if it is one, else an id. */
const typeOf = (account: string): string =>
  account.includes('@') ? 'email' : parsePhone(account) ? 'phone' : 'id';

/** Letters without look-alikes (0 O, 1 l I): the password is read from a screen and typed. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const PASSWORD_LENGTH = 12;

const generatePassword = (): string =>
  Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
