import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../context.js';

/**
 * Whatever a mutation has changed, the fields behind it, and the mutations after it, read it anew: the loaders of its
 * request are emptied when its method has ended. So nobody who writes has to know what was loaded before.
 */
export function clearLoadersAfterMutations(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = async (root, args, context: RequestContext, info) => {
      try {
        return await resolve(root, args, context, info);
      } finally {
        context.loaders.clear();
      }
    };
  }
}
