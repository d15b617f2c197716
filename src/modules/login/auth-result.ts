import type { ProviderName } from '../../infra/oauth/port.js';
import type { User } from '../user/user.entity.js';

/** An account with a session just opened on it. */
export interface AuthResult {
  user: User;
  token: string;
  expiresAt: Date;
  isNewUser: boolean;
  /** The third party that vouched for the log-in. */
  provider?: ProviderName;
}
