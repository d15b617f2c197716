/** Log-in by a third party: what it takes to prove who somebody is there, and what is then known. */

export type ProviderName = 'WECHAT' | 'WEIBO' | 'QQ';

export interface ThirdPartyCredential {
  provider: ProviderName;
  /** WeChat: the authorization code. Takes precedence over the access token. */
  code?: string;
  accessToken?: string;
  /**
   * WeChat: the openid of the access token. QQ: the openid, and Weibo: the uid, that the token is said to be for; they
   * tell it themselves, so it may be left out.
   */
  openId?: string | null;
  /** WeChat: the credential is of the test app. */
  dev?: boolean;
}

export interface ProvenIdentity {
  provider: ProviderName;
  /**
   * The id to store the person under, at most 191 characters, with its namespace:
   * `unionid:<id>`, else `openid:<app id>:<id>`; Weibo `uid:<id>`. Openids of two apps never compare equal.
   */
  subject: string;
  /** Other ids, in the same form, that the person may have been stored under before. */
  aliases: string[];
  /** A name of at most 64 characters, without control characters. */
  nickname?: string;
  /** An http(s) URL of at most 500 characters. */
  avatarUrl?: string;
  /** 0 unknown, 1 male, 2 female. */
  sex?: 0 | 1 | 2;
}

export type Prover = (credential: ThirdPartyCredential) => Promise<ProvenIdentity>;

export interface IdentityProviders {
  /**
   * Asks the provider whether the credential was issued to our app for that person.
   *
   * Throws a ProviderError; it is unavailable when there is no usable answer within `THIRD_PARTY_TIMEOUT_MS`, per
   * request.
   * A profile that cannot be read does not fail a proven identity.
   */
  prove(credential: ThirdPartyCredential): Promise<ProvenIdentity>;
}
