import type { SecretBox } from '../../infra/secret-box.js';
import type { SealedPassword, StoredPassword } from './credential.repository.js';
import type { ReadPassword } from './imported-password.js';

/** Bound to its owner: moved to another account's row, a digest does not open. */
const purposeOf = (userId: number): string => `credentials.password:${userId}`;

/** Digests that came from another system, as they lie here until they are hashed: encrypted, never as they came. */
export class ImportedPasswords {
  constructor(private readonly box: SecretBox) {}

  /** The keys that digests can be under; all others are lost. */
  get keyIds(): readonly string[] {
    return this.box.keyIds;
  }

  /** The columns to store for a password that another system kept. */
  seal(userId: number, password: ReadPassword): StoredPassword {
    const { scheme } = password;
    if ('hash' in password) return { passwordHash: password.hash, scheme, keyId: null };
    const { sealed, keyId } = this.box.seal(password.digest, purposeOf(userId));
    return { passwordHash: sealed, scheme, keyId };
  }

  /** The digest itself. Throws when its key is not configured, or it was altered or moved to another account. */
  open({ userId, passwordHash, keyId }: Omit<SealedPassword, 'scheme'>): string {
    return this.box.open({ keyId, sealed: passwordHash }, purposeOf(userId));
  }

  /** The same under the current key. */
  reseal(row: SealedPassword): Pick<StoredPassword, 'passwordHash' | 'keyId'> {
    const { sealed, keyId } = this.box.seal(this.open(row), purposeOf(row.userId));
    return { passwordHash: sealed, keyId };
  }
}
