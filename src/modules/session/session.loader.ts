import DataLoader from 'dataloader';
import { requestLoader } from '../../loaders.js';
import { findSessionsOfUser } from './session.repository.js';

/** By the id of the user, newest first. One statement for each: nobody sees those of more than one. */
export const sessionsLoader = requestLoader(
  (em) =>
    new DataLoader((userIds: readonly number[]) =>
      Promise.all(userIds.map((id) => findSessionsOfUser(em, id))),
    ),
);
