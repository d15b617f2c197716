import type { EntityManager } from '@mikro-orm/postgresql';
import { AppError } from '../errors/app-error.js';
import type { Environment } from './environment.js';
import { type Output, showOne } from './output.js';

/** Removes the row of an id; `remove` says whether there was one. Throws NOT_FOUND where there was none. */
export const removal =
  <Id extends string | number>(remove: (em: EntityManager, id: Id) => Promise<boolean>, id: Id) =>
  async (environment: Environment): Promise<Output> => {
    if (!(await remove(await environment.em(), id))) throw new AppError('NOT_FOUND', { field: 'id' });
    return showOne({ id, removed: true });
  };
