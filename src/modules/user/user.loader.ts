import { keyedLoader } from '../../loaders.js';
import { findUsersByIds } from './user.repository.js';
import { findExtras } from './user-extra.repository.js';

export const userLoader = keyedLoader(findUsersByIds, null);

/** By the id of the user. */
export const userExtraLoader = keyedLoader(findExtras, null);
