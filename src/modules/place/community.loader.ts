import { keyedLoader } from '../../loaders.js';
import { findCommunities } from './place.repository.js';

export const communityLoader = keyedLoader(findCommunities, null);
