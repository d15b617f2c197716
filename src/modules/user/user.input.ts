import { Field, ID, InputType, registerEnumType } from 'type-graphql';

export enum UserOrder {
  ID_DESC = 'ID_DESC',
  ID_ASC = 'ID_ASC',
}
registerEnumType(UserOrder, {
  name: 'UserOrder',
  description: 'The order of a list of users, unless the filter says otherwise.',
  valuesConfig: {
    ID_DESC: { description: 'Newest accounts first.' },
    ID_ASC: { description: 'Oldest accounts first.' },
  },
});

@InputType({ description: 'Which users a list holds. All conditions given hold together.' })
export class UserFilter {
  @Field(() => String, { nullable: true, description: 'A part of the name, without case.' })
  nameContains?: string | null;

  @Field(() => [String], { nullable: true, description: 'Whole names, at most 100.' })
  names?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Ids of accounts, at most 100. Finds disabled accounts too.',
  })
  ids?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Only those after this account in a list by number; no cursor is needed.',
  })
  since?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Most recent activity first.' })
  active?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Only those picked by an administrator, latest pick first.',
  })
  recommended?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Of the caller's city, without the caller. Needs a session.",
  })
  nearby?: boolean | null;

  @Field(() => ID, { nullable: true, description: 'Of this city.' })
  cityId?: string | null;
}
