import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * WeChat, Weibo and QQ as their documentation describes them, on one local port (their paths do not collide).
 * Tests register who holds which code or token, and how an endpoint is to misbehave.
 */

export const FAKE_APPS = {
  wechat: { id: 'wx-main', secret: 'wx-main-secret' },
  wechatDev: { id: 'wx-dev', secret: 'wx-dev-secret' },
  weibo: { id: '1352222456', secret: 'weibo-secret' },
  qq: { id: '101814107', secret: 'qq-secret' },
} as const;

type Raw = Record<string, unknown>;

export interface WechatPerson {
  openid: string;
  unionid?: string;
  /** More fields of `sns/userinfo`. */
  profile?: Raw;
}

export interface WeiboToken {
  /** Written into JSON as a number, as Weibo does. */
  uid: string;
  appkey?: string;
  expireIn?: number;
  /** More fields of `users/show`. */
  profile?: Raw;
}

export interface QqToken {
  openid: string;
  clientId?: string;
  unionid?: string;
  /** More fields of `get_user_info`. */
  profile?: Raw;
}

/** `silent` never answers; `loop` redirects to the same server's `/stolen`. */
export type Misbehaviour = 'silent' | 'garbage' | 'error500' | 'huge' | 'loop' | 'array';

export interface SeenRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  form: Record<string, string>;
}

type Endpoint = (seen: SeenRequest) => { status?: number; body: string };

export class FakeProviders {
  readonly requests: SeenRequest[] = [];
  /** False: QQ refuses `unionid=1` with 100048, as it does for apps that did not apply for it. */
  qqUnionIdAllowed = true;
  /** True: QQ ignores `fmt=json`. */
  qqJsonpOnly = false;

  private readonly wechatCodes = new Map<string, { appId: string; person: WechatPerson; token: string }>();
  private readonly wechatTokens = new Map<string, WechatPerson>();
  private readonly weiboTokens = new Map<string, WeiboToken>();
  private readonly qqTokens = new Map<string, QqToken>();
  private readonly overrides = new Map<string, Misbehaviour | { status?: number; body: string }>();
  private readonly endpoints: Record<string, Endpoint> = {
    '/sns/oauth2/access_token': (seen) => this.wechatExchange(seen),
    '/sns/auth': (seen) => this.wechatAuth(seen),
    '/sns/userinfo': (seen) => this.wechatProfile(seen),
    '/oauth2/get_token_info': (seen) => this.weiboTokenInfo(seen),
    '/2/users/show.json': (seen) => this.weiboProfile(seen),
    '/oauth2.0/me': (seen) => this.qqMe(seen),
    '/user/get_user_info': (seen) => this.qqProfile(seen),
  };

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.serve(request, response));
  }

  static async start(): Promise<FakeProviders> {
    const server = createServer();
    const fake = new FakeProviders(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Environment variables that point a gateway here, with all apps configured. */
  get env(): Record<string, string> {
    return {
      WECHAT_API_URL: this.url,
      WECHAT_APP_ID: FAKE_APPS.wechat.id,
      WECHAT_APP_SECRET: FAKE_APPS.wechat.secret,
      WECHAT_DEV_APP_ID: FAKE_APPS.wechatDev.id,
      WECHAT_DEV_APP_SECRET: FAKE_APPS.wechatDev.secret,
      WEIBO_API_URL: this.url,
      WEIBO_APP_KEY: FAKE_APPS.weibo.id,
      WEIBO_APP_SECRET: FAKE_APPS.weibo.secret,
      QQ_API_URL: this.url,
      QQ_APP_ID: FAKE_APPS.qq.id,
      QQ_APP_SECRET: FAKE_APPS.qq.secret,
    };
  }

  /** A code that can be exchanged once, with the secret of the app that it was issued to. */
  addWechatCode(code: string, person: WechatPerson, app: { id: string } = FAKE_APPS.wechat): void {
    const token = `token-of-${code}`;
    this.wechatCodes.set(code, { appId: app.id, person, token });
    this.wechatTokens.set(token, person);
  }

  addWechatToken(token: string, person: WechatPerson): void {
    this.wechatTokens.set(token, person);
  }

  addWeiboToken(token: string, grant: WeiboToken): void {
    this.weiboTokens.set(token, grant);
  }

  addQqToken(token: string, grant: QqToken): void {
    this.qqTokens.set(token, grant);
  }

  /** Every later request to the path is answered so. */
  misbehave(path: string, how: Misbehaviour | { status?: number; body: string }): void {
    this.overrides.set(path, how);
  }

  /** Forgets every code, token, misbehaviour and request. */
  reset(): void {
    for (const map of [
      this.wechatCodes,
      this.wechatTokens,
      this.weiboTokens,
      this.qqTokens,
      this.overrides,
    ]) {
      map.clear();
    }
    this.requests.length = 0;
    this.qqUnionIdAllowed = true;
    this.qqJsonpOnly = false;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: pathname,
      query: Object.fromEntries(searchParams),
      form: Object.fromEntries(new URLSearchParams(await text(request))),
    };
    this.requests.push(seen);
    const override = this.overrides.get(pathname);
    if (typeof override === 'string') return misbehave(response, override);
    const answer = override ?? this.endpoints[pathname]?.(seen) ?? { status: 404, body: 'not found' };
    response.writeHead(answer.status ?? 200, { 'content-type': 'text/plain' }).end(answer.body);
  }

  private wechatExchange({ query }: SeenRequest): { body: string } {
    const app = [FAKE_APPS.wechat, FAKE_APPS.wechatDev].find(({ id }) => id === query.appid);
    if (!app) return json({ errcode: 40013, errmsg: 'invalid appid' });
    if (app.secret !== query.secret) return json({ errcode: 40125, errmsg: 'invalid appsecret' });
    const grant = this.wechatCodes.get(query.code ?? '');
    if (!grant || grant.appId !== app.id || query.grant_type !== 'authorization_code') {
      return json({ errcode: 40029, errmsg: `invalid code ${query.code}` });
    }
    this.wechatCodes.delete(query.code ?? '');
    const { openid, unionid } = grant.person;
    return json({
      access_token: grant.token,
      expires_in: 7200,
      refresh_token: 'r',
      openid,
      scope: 'snsapi_userinfo',
      unionid,
    });
  }

  private wechatAuth({ query }: SeenRequest): { body: string } {
    const person = this.wechatTokens.get(query.access_token ?? '');
    if (!person) return json({ errcode: 40001, errmsg: 'invalid credential' });
    return person.openid === query.openid
      ? json({ errcode: 0, errmsg: 'ok' })
      : json({ errcode: 40003, errmsg: 'invalid openid' });
  }

  private wechatProfile({ query }: SeenRequest): { body: string } {
    const person = this.wechatTokens.get(query.access_token ?? '');
    if (!person || person.openid !== query.openid) return json({ errcode: 40003, errmsg: 'invalid openid' });
    return json({ openid: person.openid, unionid: person.unionid, ...person.profile });
  }

  private weiboTokenInfo({ method, form }: SeenRequest): { status?: number; body: string } {
    const grant = this.weiboTokens.get(form.access_token ?? '');
    if (method !== 'POST' || !grant) return weiboError(21327, `expired_token ${form.access_token}`);
    const { uid, appkey = FAKE_APPS.weibo.id, expireIn = 157_679_471 } = grant;
    return {
      body: `{"uid": ${uid}, "appkey": "${appkey}", "scope": null, "create_at": 1352267591, "expire_in": ${expireIn}}`,
    };
  }

  private weiboProfile({ query }: SeenRequest): { status?: number; body: string } {
    const grant = this.weiboTokens.get(query.access_token ?? '');
    if (!grant || grant.uid !== query.uid) return weiboError(21332, 'invalid_access_token');
    const rest = JSON.stringify({ idstr: grant.uid, ...grant.profile }).slice(1);
    return { body: `{"id": ${grant.uid}, ${rest}` };
  }

  private qqMe({ query }: SeenRequest): { body: string } {
    const grant = this.qqTokens.get(query.access_token ?? '');
    if (!grant)
      return this.qqAnswer(query, { error: 100016, error_description: 'access token check failed' });
    if (query.unionid === '1' && !this.qqUnionIdAllowed) {
      return this.qqAnswer(query, { error: 100048, error_description: 'companyid not set' });
    }
    const { openid, clientId = FAKE_APPS.qq.id } = grant;
    return this.qqAnswer(query, {
      client_id: clientId,
      openid,
      unionid: query.unionid === '1' ? grant.unionid : undefined,
    });
  }

  private qqAnswer(query: Record<string, string>, value: Raw): { body: string } {
    const body = JSON.stringify(value);
    return { body: query.fmt === 'json' && !this.qqJsonpOnly ? body : `callback( ${body} );\n` };
  }

  private qqProfile({ query }: SeenRequest): { body: string } {
    const grant = this.qqTokens.get(query.access_token ?? '');
    const valid = grant?.openid === query.openid && query.oauth_consumer_key === FAKE_APPS.qq.id;
    return valid ? json({ ret: 0, msg: '', ...grant?.profile }) : json({ ret: -23, msg: 'token is invalid' });
  }
}

const json = (value: Raw): { body: string } => ({ body: JSON.stringify(value) });

const weiboError = (code: number, error: string): { status: number; body: string } => ({
  status: 400,
  body: JSON.stringify({ error, error_code: code, request: '/oauth2/get_token_info' }),
});

function misbehave(response: ServerResponse, how: Misbehaviour): void {
  switch (how) {
    case 'silent':
      return;
    case 'garbage':
      response.end('<html>Bad gateway</html>');
      return;
    case 'array':
      response.end('[]');
      return;
    case 'error500':
      response.writeHead(500).end('{"errcode":40029,"error":100016,"error_code":21327}');
      return;
    case 'huge':
      response.end(`{"openid":"x","filler":"${'x'.repeat(400_000)}"}`);
      return;
    case 'loop':
      response.writeHead(302, { location: '/stolen' }).end();
  }
}
