import { propertyOf } from '../unknown.js';
import { StartError } from './start-error.js';

/** The error for a package that only development needs: production images leave it out. */
export function notInstalled(error: unknown, what: string, setting: string): unknown {
  const code = propertyOf(error, 'code');
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return error;
  return new StartError(
    `${what} is not installed here (it is one of the development dependencies): set ${setting}.`,
  );
}
