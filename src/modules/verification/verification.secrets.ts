import type { SecretBox } from '../../infra/secret-box.js';
import type { Verification } from './verification.entity.js';

/** The columns that hold the identification; both texts are under one key. */
export type SealedColumns = Pick<Verification, 'keyId' | 'encryptedRealName' | 'encryptedIdNumber'>;
type SealedRow = SealedColumns & Pick<Verification, 'userId'>;

/** The part of a verification that identifies a person. */
export interface Identification {
  realName: string;
  idNumber: string;
}

/** Bound to its owner: moved to another account's row, a text does not open. */
const purposeOf = (column: 'real_name' | 'id_number', userId: number) => `verifications.${column}:${userId}`;

/** Encrypts what identifies a person, and opens it again; nothing else does either. */
export class VerificationSecrets {
  constructor(private readonly box: SecretBox) {}

  seal(userId: number, { realName, idNumber }: Identification): SealedColumns {
    const name = this.box.seal(realName, purposeOf('real_name', userId));
    const number = this.box.seal(idNumber, purposeOf('id_number', userId));
    return { keyId: name.keyId, encryptedRealName: name.sealed, encryptedIdNumber: number.sealed };
  }

  realName({ userId, keyId, encryptedRealName: sealed }: SealedRow): string {
    return this.box.open({ keyId, sealed }, purposeOf('real_name', userId));
  }

  idNumber({ userId, keyId, encryptedIdNumber: sealed }: SealedRow): string {
    return this.box.open({ keyId, sealed }, purposeOf('id_number', userId));
  }

  /** The same under the current key. */
  reseal(row: SealedRow): SealedColumns {
    return this.seal(row.userId, { realName: this.realName(row), idNumber: this.idNumber(row) });
  }
}
