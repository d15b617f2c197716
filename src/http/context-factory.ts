import type { EntityManager } from '@mikro-orm/postgresql';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { type Client, type RequestContext, type Viewer } from '../context.js';
import { DeviceType } from '../device-type.js';
import { type Door } from '../door.js';
import type { Locale } from '../errors/app-error.js';
import type { Database } from '../infra/database/database.js';
import { rangeMatcher } from '../infra/ip.js';
import { Loaders } from '../loaders.js';
import type { SessionService } from '../modules/session/session.service.js';
import './client-ip.js';

/** The facts that a door knows of its own requests. */
interface DoorRequest {
  door: Door;
  canShowCaptcha: boolean;
  /** The token of the request, found as this door's clients send it. */
  token: string | undefined;
  /** False for a request that any page can have a browser send: the address it comes from makes no caller internal. */
  ambient?: boolean;
  /** The device that the client names, where the door has a parameter for it. */
  deviceType?: DeviceType;
  /** The language of this door, if it has only one. */
  locale?: Locale;
}

export type ContextFactory = (request: FastifyRequest, own: DoorRequest) => Promise<RequestContext>;

function deviceOf(userAgent: string | undefined): DeviceType {
  if (/iPhone|iPad|iOS|Darwin/i.test(userAgent ?? '')) return DeviceType.IOS;
  return /Android|okhttp/i.test(userAgent ?? '') ? DeviceType.ANDROID : DeviceType.UNKNOWN;
}

/** Chinese unless the first language asked for is another one. */
export function localeOf(acceptLanguage: string | undefined): Locale {
  const first = acceptLanguage?.split(',')[0]?.trim() ?? '';
  return first === '' || first === '*' || /^zh/i.test(first) ? 'zh' : 'en';
}

/** Most requests only read, by statements, and need no entity manager of their own: it is made when it is asked for. */
class Context implements RequestContext {
  private own: EntityManager | undefined;
  readonly loaders: Loaders;
  /** Apollo runs operations with a copy of the context: who logs in there has to be the caller here as well. */
  private readonly shared: { viewer: Viewer | null; operation: string | null };

  constructor(
    private readonly database: Database,
    readonly requestId: string,
    readonly client: Client,
    viewer: Viewer | null,
  ) {
    this.shared = { viewer, operation: null };
    this.loaders = new Loaders(database.em);
  }

  get viewer(): Viewer | null {
    return this.shared.viewer;
  }

  set viewer(viewer: Viewer | null) {
    this.shared.viewer = viewer;
  }

  get operation(): string | null {
    return this.shared.operation;
  }

  set operation(operation: string | null) {
    this.shared.operation = operation;
  }

  get em(): EntityManager {
    this.own ??= this.database.fork();
    return this.own;
  }
}

/** Makes what a request carries: who calls, from where, and its way to the database. */
export function contextFactory(
  database: Database,
  sessions: Pick<SessionService, 'authenticate'>,
  config: Pick<Config, 'INTERNAL_NETWORKS'>,
): ContextFactory {
  const isInternal = rangeMatcher(config.INTERNAL_NETWORKS);
  return async (request, own) => {
    const userAgent = request.headers['user-agent'];
    const ip = request.clientIp;
    const client: Client = {
      door: own.door,
      canShowCaptcha: own.canShowCaptcha,
      ip,
      userAgent: userAgent ?? null,
      deviceType: own.deviceType ?? deviceOf(userAgent),
      locale: own.locale ?? localeOf(request.headers['accept-language']),
      internal: own.ambient !== false && isInternal(ip) && request.isSender,
    };
    const viewer = await sessions.authenticate({ em: database.em, client }, own.token);
    request.viewer = viewer;
    return new Context(database, request.id, client, viewer);
  };
}
