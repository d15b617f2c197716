// Written by `npm run operations` from schema.graphql and open.graphql.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type RequestParameter = {
  readonly name: string;
  readonly value: string;
};

export type RegisterByAppMutationVariables = Exact<{
  parameters: ReadonlyArray<RequestParameter> | RequestParameter;
}>;

export type RegisterByAppMutation = { readonly registerByApp: { readonly id: string } };

export type AccountByAppQueryVariables = Exact<{
  parameters: ReadonlyArray<RequestParameter> | RequestParameter;
}>;

export type AccountByAppQuery = { readonly accountByApp: { readonly id: string, readonly name: string, readonly phone: string | null, readonly email: string | null } | null };

export type OpenOperations = {
  RegisterByApp: { variables: RegisterByAppMutationVariables; data: RegisterByAppMutation };
  AccountByApp: { variables: AccountByAppQueryVariables; data: AccountByAppQuery };
};
