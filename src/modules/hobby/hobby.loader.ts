import { keyedLoader } from '../../loaders.js';
import { findHobbiesOfUsers } from './hobby.repository.js';

/** By the id of the user. */
export const hobbiesLoader = keyedLoader(findHobbiesOfUsers, []);
