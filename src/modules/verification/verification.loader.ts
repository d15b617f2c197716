import { keyedLoader } from '../../loaders.js';
import { findVerifications } from './verification.repository.js';

/** By the id of the user. */
export const verificationLoader = keyedLoader(findVerifications, null);
