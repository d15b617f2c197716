import type { HobbyService } from './modules/hobby/hobby.service.js';

/** Every service of the domain, constructed once per process. */
export interface Services {
  hobbies: HobbyService;
}
