import { loadConfig } from './src/config.js';
import { ormOptions } from './src/infra/database/orm-options.js';

/** The options of the running gateway, for MikroORM's own tools. */
export default await ormOptions(loadConfig());
