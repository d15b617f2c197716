import { HobbyResolver } from '../modules/hobby/hobby.resolver.js';

/** Every resolver of the schema. */
export const RESOLVERS = [HobbyResolver] as const;
