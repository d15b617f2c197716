import { Migration20261121_domain } from './Migration20261121_domain.js';
import { Migration20261121_indexes } from './Migration20261121_indexes.js';
import { Migration20261121_open_app_calls } from './Migration20261121_open_app_calls.js';
import { Migration20261122_erasure } from './Migration20261122_erasure.js';
import { Migration20261123_names } from './Migration20261123_names.js';
import { Migration20261123_unclaimed_images } from './Migration20261123_unclaimed_images.js';
import { Migration20261130_session_origin } from './Migration20261130_session_origin.js';
import { Migration20261201_row_calls } from './Migration20261201_row_calls.js';
import { Migration20261201_shadow } from './Migration20261201_shadow.js';
import { Migration20261201_taking_over } from './Migration20261201_taking_over.js';
import { Migration20261202_answers } from './Migration20261202_answers.js';
import { Migration20261202_lists } from './Migration20261202_lists.js';
import { Migration20261202_numbered_images } from './Migration20261202_numbered_images.js';
import { Migration20261202_places } from './Migration20261202_places.js';
import { Migration20261202_tags } from './Migration20261202_tags.js';
import { Migration20261203_events } from './Migration20261203_events.js';

/** Every migration in order; listed by hand so that compiled and tested code run the same ones. */
export const MIGRATIONS = [
  { name: 'Migration20261121_domain', class: Migration20261121_domain },
  { name: 'Migration20261121_indexes', class: Migration20261121_indexes },
  { name: 'Migration20261121_open_app_calls', class: Migration20261121_open_app_calls },
  { name: 'Migration20261122_erasure', class: Migration20261122_erasure },
  { name: 'Migration20261123_names', class: Migration20261123_names },
  { name: 'Migration20261123_unclaimed_images', class: Migration20261123_unclaimed_images },
  { name: 'Migration20261130_session_origin', class: Migration20261130_session_origin },
  { name: 'Migration20261201_taking_over', class: Migration20261201_taking_over },
  { name: 'Migration20261201_row_calls', class: Migration20261201_row_calls },
  { name: 'Migration20261201_shadow', class: Migration20261201_shadow },
  { name: 'Migration20261202_answers', class: Migration20261202_answers },
  { name: 'Migration20261202_places', class: Migration20261202_places },
  { name: 'Migration20261202_numbered_images', class: Migration20261202_numbered_images },
  { name: 'Migration20261202_tags', class: Migration20261202_tags },
  { name: 'Migration20261202_lists', class: Migration20261202_lists },
  { name: 'Migration20261203_events', class: Migration20261203_events },
];
