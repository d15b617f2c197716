import { ConfigError } from '../config.js';
import { type DataKey, parseDataKeys } from '../infra/secret-box.js';

const DEVELOPMENT_KEYS = `development:${Buffer.from('development key, refused in prod').toString('base64')}`;

/** The keys of what is encrypted at rest, from `DATA_KEYS`. Throws ConfigError; only development has a fixed one. */
export function readDataKeys(env: NodeJS.ProcessEnv, production: boolean): DataKey[] {
  if (!env.DATA_KEYS && production) throw new ConfigError(['DATA_KEYS: required in production']);
  const keys = parseDataKeys(env.DATA_KEYS || DEVELOPMENT_KEYS);
  if (!keys) throw new ConfigError(['DATA_KEYS: must be id:base64key[,id:base64key…] with 32 bytes a key']);
  return keys;
}
