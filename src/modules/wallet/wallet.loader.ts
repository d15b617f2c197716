import { keyedLoader } from '../../loaders.js';
import { findCurrencies, findVips, findWallets } from './wallet.repository.js';

/** By the id of the user, like the others here. */
export const currencyLoader = keyedLoader(findCurrencies, null);
export const walletLoader = keyedLoader(findWallets, null);
export const vipLoader = keyedLoader(findVips, null);
