import type { Config } from './config.js';
import { type FailureLog, reportFailure } from './errors/report.js';
import { createIdentityProviders } from './infra/oauth/providers.js';
import { SecretBox } from './infra/secret-box.js';
import type { Infrastructure } from './infrastructure.js';
import { AccountCreator } from './modules/account/account.creator.js';
import { AccountUpdateService } from './modules/account/account-update.service.js';
import { AdministrationService } from './modules/account/administration.service.js';
import { AvailabilityService } from './modules/account/availability.service.js';
import { AddressService } from './modules/address/address.service.js';
import { type CallLog, CallService } from './modules/call/call.service.js';
import { randomAnswer } from './modules/captcha/captcha.answer.js';
import { CaptchaService } from './modules/captcha/captcha.service.js';
import { CodeService } from './modules/code/code.service.js';
import { CodeVerifier } from './modules/code/code.verifier.js';
import { CodeRequestService } from './modules/code/code-request.service.js';
import { ContactService } from './modules/contact/contact.service.js';
import { ContactDiscoveryService } from './modules/contact/contact-discovery.service.js';
import { IdentityService } from './modules/credential/identity.service.js';
import { ImportedPasswords } from './modules/credential/imported-passwords.js';
import { PasswordHasher } from './modules/credential/password.hasher.js';
import { PasswordService } from './modules/credential/password.service.js';
import { PasswordVerifier } from './modules/credential/password.verifier.js';
import { PasswordWrapper } from './modules/credential/password.wrapper.js';
import { ErasureService } from './modules/erasure/erasure.service.js';
import { personalData } from './modules/erasure/personal-data.js';
import { WebhookService } from './modules/event/webhook.service.js';
import { BlockService } from './modules/follow/block.service.js';
import { FollowService } from './modules/follow/follow.service.js';
import { gatewayInfoOf } from './modules/gateway/gateway-info.js';
import { Claimants } from './modules/guard/claimants.js';
import { GuardService } from './modules/guard/guard.service.js';
import { HobbyService } from './modules/hobby/hobby.service.js';
import { DefaultPhotoService } from './modules/image/default-photo.service.js';
import { ImageCopier } from './modules/image/image.copier.js';
import { ImageDecoder } from './modules/image/image.decoder.js';
import { ImageReader } from './modules/image/image.reader.js';
import { findImage } from './modules/image/image.repository.js';
import { ImageService } from './modules/image/image.service.js';
import { ImageStore } from './modules/image/image.store.js';
import { SessionlessQuota } from './modules/image/sessionless.quota.js';
import { UploadService } from './modules/image/upload.service.js';
import { ExportService } from './modules/import/export.service.js';
import { ImportService } from './modules/import/import.service.js';
import { ImportedPictures } from './modules/import/imported-pictures.service.js';
import { RecordPreparer } from './modules/import/record.preparer.js';
import { SessionImportService } from './modules/import/session-import.service.js';
import { LoginService } from './modules/login/login.service.js';
import { RegistrationService } from './modules/login/registration.service.js';
import { ModerationService } from './modules/moderation/moderation.service.js';
import { NearbyService } from './modules/nearby/nearby.service.js';
import { IntrospectionService } from './modules/openapp/introspection.service.js';
import { OpenAccountService } from './modules/openapp/open-account.service.js';
import { OpenAppService } from './modules/openapp/open-app.service.js';
import { PlaceService } from './modules/place/place.service.js';
import { ProfileService } from './modules/profile/profile.service.js';
import { IncomeService } from './modules/ranking/income.service.js';
import { RankingService } from './modules/ranking/ranking.service.js';
import { UserRankingService } from './modules/ranking/user-ranking.service.js';
import { ReleaseService } from './modules/release/release.service.js';
import { ReportService } from './modules/report/report.service.js';
import { SecurityEventService } from './modules/security/security-event.service.js';
import { PlusTokenReader } from './modules/session/plus-token.js';
import { SessionAdopter } from './modules/session/session.adopter.js';
import { SessionCache } from './modules/session/session.cache.js';
import { SessionService } from './modules/session/session.service.js';
import { ShadowResultService } from './modules/shadow/shadow.service.js';
import { TagService } from './modules/tag/tag.service.js';
import { LegacyIdService } from './modules/user/legacy-id.service.js';
import { UserService } from './modules/user/user.service.js';
import { VerificationSecrets } from './modules/verification/verification.secrets.js';
import { VerificationService } from './modules/verification/verification.service.js';
import { WalletService } from './modules/wallet/wallet.service.js';

/** The services' needs besides: a log, and the URL clients reach the gateway at. */
export interface Surroundings {
  log: FailureLog;
  publicUrl: () => string;
}

type Foundation = Infrastructure & Surroundings & { config: Config };

/** The drawing code is loaded with the first captcha. */
const drawCaptcha = async (answer: string): Promise<Buffer> =>
  (await import('./modules/captcha/captcha.picture.js')).drawCaptcha(answer);

/** Stores of encrypted data, under the keys of `DATA_KEYS`. */
function createSecrets({ config }: Foundation) {
  const secretBox = new SecretBox(config.DATA_KEYS);
  return {
    importedPasswords: new ImportedPasswords(secretBox),
    openApps: new OpenAppService(secretBox),
    secretBox,
    verificationSecrets: new VerificationSecrets(secretBox),
    webhooks: new WebhookService(secretBox, config),
  };
}

type Secrets = ReturnType<typeof createSecrets>;

/** Sessions, passwords and codes: by what somebody is known. */
function createAccess(
  { config, database, redis: { client: redis }, messages, metrics, log }: Foundation,
  { importedPasswords }: Secrets,
) {
  const securityEvents = new SecurityEventService(database.fork, (err) =>
    reportFailure(log, err, { lost: 'security event' }),
  );
  const adopter = new SessionAdopter(new PlusTokenReader(config), securityEvents);
  const sessions = new SessionService(
    config,
    new SessionCache(redis, (hit) => metrics.cacheAsked('session', hit)),
    adopter,
    securityEvents,
  );
  const guard = new GuardService(redis, config, {
    onRefusal: (door, code) => metrics.guardRefused(door, code),
  });
  const hasher = new PasswordHasher(config);
  metrics.gauge('gateway_password_hashes_waiting', 'Passwords that wait to be hashed.', () => hasher.waiting);
  const codes = new CodeService(redis, config, messages);
  const captchas = new CaptchaService(redis, config, drawCaptcha, randomAnswer);
  return {
    captchas,
    claimants: new Claimants(captchas, sessions),
    codes,
    codeVerifier: new CodeVerifier(guard, codes),
    guard,
    hasher,
    passwordVerifier: new PasswordVerifier(
      guard,
      hasher,
      importedPasswords,
      securityEvents,
      config,
      (err, userId) => reportFailure(log, err, { lost: 'password', userId }),
    ),
    passwordWrapper: new PasswordWrapper(database.fork, hasher, importedPasswords),
    securityEvents,
    sessions,
  };
}

function createPictures({ config, database, redis, storage, publicUrl, log }: Foundation) {
  const decoder = new ImageDecoder();
  const imageStore = new ImageStore(config, storage);
  const copier = new ImageCopier(decoder, storage);
  const sessionless = new SessionlessQuota(redis.client, config);
  return {
    defaultPhotos: new DefaultPhotoService(config, decoder, imageStore),
    images: new ImageService(config, decoder, imageStore, copier, sessionless, publicUrl),
    imageReader: new ImageReader(
      storage,
      copier,
      (id) => findImage(database.fork(), id),
      (error) => reportFailure(log, error, { lost: 'copy of a picture' }),
    ),
    imageStore,
    importedPictures: new ImportedPictures(database.fork, config, decoder, copier, imageStore),
    uploads: new UploadService(config, decoder, imageStore, publicUrl),
  };
}

type Parts = ReturnType<typeof createAccess> & ReturnType<typeof createPictures> & Secrets;

const callLog = (log: FailureLog): CallLog => ({
  failed: (err) => log.warn({ err }, 'calls not counted yet'),
  lost: (calls) => log.error({ calls }, 'calls not counted'),
});

/** People, what they show and have, and the reference data around them. */
function createPeople(
  { config, database, redis }: Foundation,
  { images, passwordWrapper, securityEvents, verificationSecrets }: Parts,
) {
  const moderation = new ModerationService();
  const places = new PlaceService();
  return {
    addresses: new AddressService(),
    blocks: new BlockService(),
    exports: new ExportService(passwordWrapper, verificationSecrets, images, config),
    follows: new FollowService(),
    hobbies: new HobbyService(),
    incomes: new IncomeService(),
    moderation,
    nearby: new NearbyService(redis.client),
    places,
    profiles: new ProfileService(images, places, moderation),
    ranking: new RankingService(database, redis.client, places),
    releases: new ReleaseService(),
    reports: new ReportService(config),
    tags: new TagService(),
    legacyIds: new LegacyIdService(),
    userRankings: new UserRankingService(),
    users: new UserService(),
    verifications: new VerificationService(verificationSecrets, images, securityEvents),
    wallets: new WalletService(),
  };
}

function createAccounts(
  { config, database, redis, messages, log }: Foundation,
  parts: Parts & ReturnType<typeof createPeople>,
) {
  const { captchas, claimants, codes, codeVerifier, guard, passwordVerifier } = parts;
  const { imageStore, legacyIds, moderation, openApps, profiles, securityEvents, sessions } = parts;
  const creator = new AccountCreator(securityEvents);
  const providers = createIdentityProviders(config);
  const identities = new IdentityService(providers, securityEvents);
  return {
    accountUpdates: new AccountUpdateService(config, claimants, codeVerifier, profiles, securityEvents),
    administration: new AdministrationService(sessions, securityEvents),
    availability: new AvailabilityService(guard, moderation),
    codeRequests: new CodeRequestService(codes, captchas, claimants, codeVerifier),
    contactDiscovery: new ContactDiscoveryService(redis.client, codes),
    contacts: new ContactService(claimants, passwordVerifier, codeVerifier, securityEvents),
    erasure: new ErasureService(database.fork, personalData(imageStore), config, (err, userId) =>
      log.error({ err, userId }, 'account not erased'),
    ),
    identities,
    login: new LoginService(
      claimants,
      passwordVerifier,
      codeVerifier,
      creator,
      sessions,
      securityEvents,
      moderation,
      providers,
      identities,
    ),
    introspection: new IntrospectionService(config, redis.client, openApps, sessions),
    openAccounts: new OpenAccountService(
      config,
      openApps,
      creator,
      passwordVerifier,
      moderation,
      legacyIds,
      messages,
      (err) => reportFailure(log, err, { lost: 'generated password' }),
    ),
    passwords: new PasswordService(claimants, passwordVerifier, codeVerifier, sessions, securityEvents),
    registration: new RegistrationService(
      claimants,
      passwordVerifier,
      codeVerifier,
      creator,
      sessions,
      moderation,
    ),
  };
}

/** Taking over from another system. */
function createTakeover(
  { config, database }: Foundation,
  {
    importedPasswords,
    moderation,
    places,
    sessions,
    verificationSecrets,
  }: Parts & ReturnType<typeof createPeople>,
) {
  return {
    sessionImports: new SessionImportService(database.fork),
    imports: new ImportService(
      database.fork,
      new RecordPreparer(config, places, moderation),
      importedPasswords,
      verificationSecrets,
      sessions,
    ),
  };
}

/**
 * The composition root of server, jobs and command line: every service of the domain, constructed once. Constructing
 * them does nothing: no thread starts and nothing is asked for before one of them is used.
 */
export function createServices(config: Config, infrastructure: Infrastructure, surroundings: Surroundings) {
  const foundation = { config, ...infrastructure, ...surroundings };
  const secrets = createSecrets(foundation);
  const parts = { ...secrets, ...createAccess(foundation, secrets), ...createPictures(foundation) };
  const people = createPeople(foundation, parts);
  const accounts = createAccounts(foundation, { ...parts, ...people });
  const takeover = createTakeover(foundation, { ...parts, ...people });
  return {
    ...parts,
    ...people,
    ...accounts,
    ...takeover,
    calls: new CallService(infrastructure.database.fork, callLog(surroundings.log)),
    gatewayInfo: gatewayInfoOf(config),
    shadowResults: new ShadowResultService(infrastructure.database.fork, (error) =>
      reportFailure(surroundings.log, error, { delayed: 'results of SHADOW' }),
    ),
  };
}

/** Every service of the domain. */
export type Services = ReturnType<typeof createServices>;
