import { keyedLoader } from '../../loaders.js';
import { findTagsOfCategories, findTagsOfUsers } from './tag.repository.js';

/** By the id of the category. */
export const categoryTagsLoader = keyedLoader(findTagsOfCategories, []);

/** By the id of the user. */
export const userTagsLoader = keyedLoader(findTagsOfUsers, []);
