import type { GraphQLField, GraphQLObjectType } from 'graphql';
import { Extensions } from 'type-graphql';
import type { SignedInContext } from '../context.js';
import type { Ability, Access } from '../policy.js';

/**
 * Rules for who may call a query or mutation, or see a field, as decorators. policy.ts says what they mean; the binder
 * (graphql/binder.ts) checks them before a field is resolved, and refuses to boot without one on a query or mutation.
 */

type Method = (...given: never[]) => unknown;

/** A method that callers without a session may reach must not rely on a viewer: this is then `never`. */
type WithoutViewer<T extends Method> =
  Extract<Parameters<T>[number], SignedInContext> extends never ? unknown : never;

type MethodOfAnybody = <T extends Method>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<T> & WithoutViewer<T>,
) => void;

type Declaration = MethodDecorator & PropertyDecorator;

/** The extensions of fields and types that the decorators set. */
interface Declared {
  access?: Access;
}
interface Owned {
  ownerOf?: (root: never) => number;
}

const declare = (access: Access): Declaration => Extensions({ access } satisfies Declared);

/** Everybody may call it. The note names what the service decides by; docs/permissions.md prints it. */
export const Public = (note?: string): MethodOfAnybody => declare({ rule: 'public', note });

/** Callers with a session may call it. */
export const SignedIn = (): Declaration => declare({ rule: 'signedIn' });

/** Callers with a session who hold the ability may call it. */
export const Needs = (ability: Ability): Declaration => declare({ rule: 'ability', ability });

/** Servers inside `INTERNAL_NETWORKS` may call it. */
export const Internal = (): MethodOfAnybody => declare({ rule: 'internal' });

/** The owner of the object sees the field, and holders of `readPrivate` or of these; it is null for others. */
export const OwnerOnly = (...abilities: Ability[]): Declaration => declare({ rule: 'owner', abilities });

/** The owner of the object alone sees the field; it is null for everybody else. */
export const SelfOnly = (): Declaration => declare({ rule: 'self' });

/** Names the owner of an object of this type, by the account's id, for its {@link OwnerOnly} and {@link SelfOnly} fields. */
export const OwnedBy =
  <T extends object>(ownerOf: (root: T) => number) =>
  (Class: new () => T): void => {
    Extensions({ ownerOf } satisfies Owned)(Class);
  };

export const accessOf = (field: GraphQLField<unknown, unknown>): Access | undefined =>
  (field.extensions as Declared).access;

export const ownerOf = (type: GraphQLObjectType): Owned['ownerOf'] => (type.extensions as Owned).ownerOf;
