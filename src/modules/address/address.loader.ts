import { keyedLoader } from '../../loaders.js';
import { findAddressesOf } from './address.repository.js';

/** By the id of the user; newest first. */
export const addressesLoader = keyedLoader(findAddressesOf, []);
