import DataLoader from 'dataloader';
import { requestLoader } from '../../loaders.js';
import type { Window } from '../../paging.js';
import type { SecurityEvent } from './security-event.entity.js';
import { listEvents } from './security-event.repository.js';

interface EventPage {
  userId: number;
  window: Window;
}

/** The rows of a page of the events of a user, and one more. One statement for each: nobody sees those of more than one. */
export const securityEventsLoader = requestLoader(
  (em) =>
    new DataLoader<EventPage, SecurityEvent[], string>(
      (pages) => Promise.all(pages.map(({ userId, window }) => listEvents(em, userId, window))),
      { cacheKeyFn: (page) => JSON.stringify(page) },
    ),
);
