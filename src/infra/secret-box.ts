import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[\w.-]{1,32}$/;

/** A key and the name that is stored with everything it encrypted. */
export interface DataKey {
  /** 1 to 32 letters, digits, `_`, `.` or `-`. */
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

/** Reads `id:base64key[,id:base64key…]`; null when any part is malformed or an id is there twice. */
export function parseDataKeys(text: string): DataKey[] | null {
  const keys = text.split(',').map((item) => {
    const [id = '', encoded = '', ...rest] = item.trim().split(':');
    return { id, key: Buffer.from(encoded, 'base64'), wellFormed: rest.length === 0 };
  });
  const valid = keys.every(
    ({ id, key, wellFormed }) => wellFormed && KEY_ID.test(id) && key.length === KEY_BYTES,
  );
  const distinct = new Set(keys.map(({ id }) => id)).size === keys.length;
  return valid && distinct ? keys.map(({ id, key }) => ({ id, key })) : null;
}

/** A text that only a holder of the named key can read. */
export interface SealedText {
  keyId: string;
  /** Base64 of nonce, ciphertext and tag. */
  sealed: string;
}

/**
 * Encrypts short texts at rest with AES-256-GCM. The first key encrypts, all of them decrypt: to rotate, put a new
 * key in front and keep the old ones until nothing stored names them any more.
 *
 * `purpose` says what the text is and whose (`open_apps.secret`); it is authenticated, not stored, so a text moved to
 * another column does not open there.
 */
export class SecretBox {
  private readonly current: DataKey;
  private readonly keys: ReadonlyMap<string, Buffer>;

  constructor(keys: readonly DataKey[]) {
    const [current] = keys;
    if (!current) throw new RangeError('At least one data key is needed');
    this.current = current;
    this.keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  /** The key that encrypts. */
  get keyId(): string {
    return this.current.id;
  }

  /** All keys that decrypt. */
  get keyIds(): readonly string[] {
    return [...this.keys.keys()];
  }

  seal(text: string, purpose: string): SealedText {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.current.key, nonce).setAAD(Buffer.from(purpose));
    const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return { keyId: this.current.id, sealed: Buffer.concat(parts).toString('base64') };
  }

  /** Throws when the key is not configured any more, or the text was altered or sealed for another purpose. */
  open({ keyId, sealed }: SealedText, purpose: string): string {
    const key = this.keys.get(keyId);
    if (!key) throw new Error(`The data key ${keyId} is not configured`);
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  }
}
