import { AsyncLocalStorage } from 'node:async_hooks';

const shadow = new AsyncLocalStorage<true>();

/** Does something that no client asked for: what it asks the gateway is not passed on, counted, limited or logged. */
export const inShadow = <T>(work: () => T): T => shadow.run(true, work);

/** True for a request of the gateway's own. No header makes one, so nobody outside can. */
export const isShadow = (): boolean => shadow.getStore() === true;
