import { type GraphQLInputObjectType } from 'graphql';
import { Extensions } from 'type-graphql';

interface Declared {
  oneOf?: boolean;
}

/** An input of which exactly one field is given; graphql-js refuses none and several. All its fields are nullable. */
export const OneOf = (): ClassDecorator => Extensions({ oneOf: true } satisfies Declared) as ClassDecorator;

export const isDeclaredOneOf = ({ extensions }: GraphQLInputObjectType): boolean =>
  (extensions as Declared).oneOf === true;
