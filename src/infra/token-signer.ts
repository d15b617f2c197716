import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { DataKey } from './secret-box.js';

const macOf = (key: Buffer, text: string): Buffer =>
  Buffer.from(createHmac('sha256', key).update(text).digest('base64url'));

/**
 * Hands out tokens that say something and cannot be made or altered by anybody else: JSON and its HMAC-SHA-256. What
 * they say can be read by whoever holds them.
 *
 * The keys are derived (HKDF) from those of what is encrypted at rest, because these can be rotated: the first signs,
 * all of them verify. `purpose` makes tokens of one use worthless for another.
 */
export class TokenSigner<Content> {
  private readonly current: Buffer;
  private readonly keys: readonly Buffer[];

  constructor(dataKeys: readonly DataKey[], purpose: string) {
    this.keys = dataKeys.map(({ key }) => Buffer.from(hkdfSync('sha256', key, '', purpose, 32)));
    const [current] = this.keys;
    if (!current) throw new RangeError('At least one data key is needed');
    this.current = current;
  }

  /** Letters, digits, `-`, `_` and one dot: fit for a URL. */
  sign(content: Content): string {
    const text = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${text}.${macOf(this.current, text)}`;
  }

  /**
   * The content of a token; null for one that was not signed here, for this purpose, with a key still in use.
   */
  open(token: string): Content | null {
    const [text = '', mac = '', ...rest] = token.split('.');
    // The MAC is compared as it was sent, so that a token has one spelling only.
    const sent = Buffer.from(mac);
    const signed = this.keys.some((key) => {
      const right = macOf(key, text);
      return sent.length === right.length && timingSafeEqual(sent, right);
    });
    return signed && rest.length === 0 ? JSON.parse(Buffer.from(text, 'base64url').toString()) : null;
  }
}
