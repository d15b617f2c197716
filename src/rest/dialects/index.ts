import type { Dialect } from '../dialect.js';
import { account } from './account.js';
import { anlife } from './anlife.js';
import { open } from './open.js';
import { plus } from './plus.js';

/** Every legacy system the gateway answers for. */
export const DIALECTS: readonly Dialect[] = [anlife, account, plus, open];
