import path from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from './config.js';
import { reportFailure } from './errors/report.js';
import { type Database, migrate, openDatabase } from './infra/database/database.js';
import type { EmbeddedOptions } from './infra/database/orm-options.js';
import { createSenders, type MessageSenders } from './infra/message/senders.js';
import { createIdentityProviders } from './infra/oauth/port.js';
import { createRedis, type RedisConnection } from './infra/redis.js';
import { SecretBox } from './infra/secret-box.js';
import { LocalStorage } from './infra/storage/local.js';
import type { Storage } from './infra/storage/port.js';
import { AccountCreator } from './modules/account/account.creator.js';
import { AccountUpdateService } from './modules/account/account-update.service.js';
import { AdministrationService } from './modules/account/administration.service.js';
import { AvailabilityService } from './modules/account/availability.service.js';
import { AddressService } from './modules/address/address.service.js';
import { randomAnswer } from './modules/captcha/captcha.answer.js';
import { CaptchaService } from './modules/captcha/captcha.service.js';
import { CodeService } from './modules/code/code.service.js';
import { CodeVerifier } from './modules/code/code.verifier.js';
import { CodeRequestService } from './modules/code/code-request.service.js';
import { ContactService } from './modules/contact/contact.service.js';
import { PasswordHasher } from './modules/credential/password.hasher.js';
import { PasswordService } from './modules/credential/password.service.js';
import { PasswordVerifier } from './modules/credential/password.verifier.js';
import { FollowService } from './modules/follow/follow.service.js';
import { gatewayInfoOf } from './modules/gateway/gateway-info.js';
import { Claimants } from './modules/guard/claimants.js';
import { GuardService } from './modules/guard/guard.service.js';
import { HobbyService } from './modules/hobby/hobby.service.js';
import { ImageCopier } from './modules/image/image.copier.js';
import { ImageDecoder } from './modules/image/image.decoder.js';
import { ImageService } from './modules/image/image.service.js';
import { ImageStore } from './modules/image/image.store.js';
import { SessionlessQuota } from './modules/image/sessionless.quota.js';
import { UploadService } from './modules/image/upload.service.js';
import { LoginService } from './modules/login/login.service.js';
import { RegistrationService } from './modules/login/registration.service.js';
import { ModerationService } from './modules/moderation/moderation.service.js';
import { OpenAccountService } from './modules/openapp/open-account.service.js';
import { OpenAppService } from './modules/openapp/open-app.service.js';
import { PlaceService } from './modules/place/place.service.js';
import { ProfileService } from './modules/profile/profile.service.js';
import { IncomeService } from './modules/ranking/income.service.js';
import { RankingService } from './modules/ranking/ranking.service.js';
import { ReleaseService } from './modules/release/release.service.js';
import { SecurityEventService } from './modules/security/security-event.service.js';
import { SessionCache } from './modules/session/session.cache.js';
import { SessionService } from './modules/session/session.service.js';
import { UserService } from './modules/user/user.service.js';
import { VerificationSecrets } from './modules/verification/verification.secrets.js';
import { VerificationService } from './modules/verification/verification.service.js';
import { seedReference } from './seeders/reference.seeder.js';

/** What the services stand on, opened once per process. */
export interface Infrastructure {
  database: Database;
  redis: RedisConnection;
  storage: Storage;
  messages: MessageSenders;
}

/** Opens the database, applies migrations and reference data, and connects to Redis. */
export async function openInfrastructure(
  config: Config,
  embedded?: EmbeddedOptions,
): Promise<Infrastructure> {
  const database = await openDatabase(config, embedded);
  try {
    const storage = await LocalStorage.open(path.join(config.DATA_DIR, 'storage'));
    await migrate(database, (em) => seedReference(em, { storage }));
    return { database, storage, redis: createRedis(config), messages: createSenders(config) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Lets go of everything that was opened; what uses it has ended. */
export async function closeInfrastructure({ database, redis, messages }: Infrastructure): Promise<void> {
  await Promise.all(Object.values(messages).map((sender) => sender.close?.()));
  await redis.close();
  await database.close();
}

/** What the services need besides: a log, and the address clients reach the gateway at. */
export interface Surroundings {
  log: Pick<FastifyBaseLogger, 'error' | 'warn'>;
  publicUrl: () => string;
}

/** What draws is loaded with the first captcha. */
const drawCaptcha = async (answer: string): Promise<Buffer> =>
  (await import('./modules/captcha/captcha.picture.js')).drawCaptcha(answer);

/** The composition root: every service of the domain, constructed once. */
export function createServices(
  config: Config,
  infrastructure: Infrastructure,
  { log, publicUrl }: Surroundings,
) {
  const { database, storage, messages } = infrastructure;
  const redis = infrastructure.redis.client;

  const securityEvents = new SecurityEventService(database.fork, (err) =>
    reportFailure(log, err, { lost: 'security event' }),
  );
  const sessions = new SessionService(config, new SessionCache(redis), securityEvents);
  const moderation = new ModerationService();
  const places = new PlaceService();
  const decoder = new ImageDecoder();
  const imageStore = new ImageStore(config, storage);
  const imageCopier = new ImageCopier(decoder, storage);
  const sessionless = new SessionlessQuota(redis, config);
  const images = new ImageService(config, decoder, imageStore, imageCopier, sessionless, publicUrl);

  const secretBox = new SecretBox(config.DATA_KEYS);
  const openApps = new OpenAppService(secretBox);
  const guard = new GuardService(redis, config);
  const hasher = new PasswordHasher(config);
  const codes = new CodeService(redis, config, messages);
  const captchas = new CaptchaService(redis, config, drawCaptcha, randomAnswer);
  const claimants = new Claimants(captchas, sessions);
  const passwordVerifier = new PasswordVerifier(guard, hasher);
  const codeVerifier = new CodeVerifier(guard, codes);
  const creator = new AccountCreator(securityEvents);

  const profiles = new ProfileService(images, places, moderation);

  return {
    accountUpdates: new AccountUpdateService(config, claimants, codeVerifier, profiles, securityEvents),
    addresses: new AddressService(),
    administration: new AdministrationService(sessions, securityEvents),
    availability: new AvailabilityService(guard, moderation),
    captchas,
    codeRequests: new CodeRequestService(codes, captchas, claimants, codeVerifier),
    contacts: new ContactService(claimants, passwordVerifier, codeVerifier, securityEvents),
    follows: new FollowService(),
    gatewayInfo: gatewayInfoOf(config),
    hasher,
    hobbies: new HobbyService(),
    images,
    incomes: new IncomeService(),
    login: new LoginService(
      claimants,
      passwordVerifier,
      codeVerifier,
      creator,
      sessions,
      securityEvents,
      moderation,
      createIdentityProviders(config),
    ),
    moderation,
    openApps,
    openAccounts: new OpenAccountService(openApps, creator, passwordVerifier, moderation, messages, (err) =>
      reportFailure(log, err, { lost: 'generated password' }),
    ),
    passwords: new PasswordService(claimants, passwordVerifier, codeVerifier, sessions, securityEvents),
    places,
    profiles,
    ranking: new RankingService(database, redis, places),
    registration: new RegistrationService(
      claimants,
      passwordVerifier,
      codeVerifier,
      creator,
      sessions,
      moderation,
    ),
    releases: new ReleaseService(),
    securityEvents,
    sessions,
    uploads: new UploadService(config, decoder, imageStore, publicUrl),
    users: new UserService(),
    verifications: new VerificationService(new VerificationSecrets(secretBox), images, securityEvents),
  };
}

/** Every service of the domain. */
export type Services = ReturnType<typeof createServices>;
