import { Extensions } from 'type-graphql';

interface Declared {
  accountId?: boolean;
}

/**
 * Declares that a field holds the id of an account, or a list of them: a door that speaks an old system's ids shows that
 * one's in its place (rest/legacy-ids.ts). Other ids of accounts would leave it as they are here.
 */
export const AccountId = (): MethodDecorator & PropertyDecorator =>
  Extensions({ accountId: true } satisfies Declared);

export const holdsAccountId = ({ extensions }: { readonly extensions: Declared }): boolean =>
  extensions.accountId === true;
