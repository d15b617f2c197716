import { keyedLoader } from '../../loaders.js';
import { findLegacyKeys } from './legacy-id.repository.js';

/** By the id of the user. */
export const legacyIdLoader = keyedLoader(findLegacyKeys, []);
