import type { GraphQLField, GraphQLObjectType } from 'graphql';
import { Extensions } from 'type-graphql';
import type { SignedInContext } from '../context.js';
import type { Ability, Access } from '../policy.js';

/**
 * Every query and mutation says who may call it, and a field who is shown it, where that is not whoever is shown the
 * thing. The rules are those of policy.ts; the binder (graphql/binder.ts) has them kept, and refuses to boot without.
 */

type Method = (...given: never[]) => unknown;

/** Who has no session has no viewer: a method that anybody may call cannot be given a context that has one. */
type WithoutViewer<T extends Method> =
  Extract<Parameters<T>[number], SignedInContext> extends never ? unknown : never;

type MethodOfAnybody = <T extends Method>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<T> & WithoutViewer<T>,
) => void;

type Declaration = MethodDecorator & PropertyDecorator;

/** What types and fields are found to say of themselves. */
interface Declared {
  access?: Access;
}
interface Owned {
  ownerOf?: (root: never) => number;
}

const declare = (access: Access): Declaration => Extensions({ access } satisfies Declared);

/** Whoever calls. The note says what else decides, which the service does. */
export const Public = (note?: string): MethodOfAnybody => declare({ rule: 'public', note });

/** Whoever has a session. */
export const SignedIn = (): Declaration => declare({ rule: 'signedIn' });

/** Whoever has a session and holds the ability. */
export const Needs = (ability: Ability): Declaration => declare({ rule: 'ability', ability });

/** Servers inside `INTERNAL_NETWORKS`. */
export const Internal = (): MethodOfAnybody => declare({ rule: 'internal' });

/** The owner of the thing that the field is of, and holders of `readPrivate` or of these; null for everybody else. */
export const OwnerOnly = (...abilities: Ability[]): Declaration => declare({ rule: 'owner', abilities });

/** Whom things of a type belong to, for its fields that are {@link OwnerOnly}: the number of the account. */
export const OwnedBy =
  <T extends object>(ownerOf: (root: T) => number) =>
  (Class: new () => T): void => {
    Extensions({ ownerOf } satisfies Owned)(Class);
  };

export const accessOf = (field: GraphQLField<unknown, unknown>): Access | undefined =>
  (field.extensions as Declared).access;

export const ownerOf = (type: GraphQLObjectType): Owned['ownerOf'] => (type.extensions as Owned).ownerOf;
