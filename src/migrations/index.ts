import { Migration20261121_domain } from './Migration20261121_domain.js';

/** Every migration in order; listed by hand so that compiled and tested code run the same ones. */
export const MIGRATIONS = [{ name: 'Migration20261121_domain', class: Migration20261121_domain }];
