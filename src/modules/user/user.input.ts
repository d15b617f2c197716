import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { OneOf } from '../../schema/one-of.js';
import { LegacyIdInput } from './legacy-id.type.js';

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

@OneOf()
@InputType({ description: 'A key of one user.' })
export class UserBy {
  @Field(() => ID, { nullable: true, description: 'The id of the account.' })
  id?: string | null;

  @Field(() => String, { nullable: true, description: 'The name, without case.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The phone.' })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'The verified e-mail address.' })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Any of these, told apart by its form alone: an e-mail address, else a phone, else a name, else an id.',
  })
  account?: string | null;

  @Field(() => LegacyIdInput, {
    nullable: true,
    description: 'The id by which a system before this one knows it.',
  })
  legacyId?: LegacyIdInput | null;
}

@InputType({ description: 'The users a list holds. All conditions given hold together.' })
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
