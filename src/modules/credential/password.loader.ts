import { keyedLoader } from '../../loaders.js';
import { findPasswordHolders } from './credential.repository.js';

/** True where the account of an id has a password. */
export const hasPasswordLoader = keyedLoader(findPasswordHolders, false);
