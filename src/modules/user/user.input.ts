import { GraphQLLocalDate } from 'graphql-scalars';
import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { Sex } from './user.entity.js';

export enum UserOrder {
  ID_DESC = 'ID_DESC',
  ID_ASC = 'ID_ASC',
}
registerEnumType(UserOrder, {
  name: 'UserOrder',
  description: 'How a list of users runs, unless the filter says otherwise.',
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
    description: 'Numbers of accounts, at most 100. Finds disabled accounts too.',
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

@InputType({ description: 'Changes to a profile: a value sets, a field left out stays, null clears.' })
export class UpdateProfileInput {
  @Field(() => String, { nullable: true, description: 'The login name. Cannot be cleared.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The display name, at most 64 characters.' })
  nickname?: string | null;

  @Field(() => Sex, { nullable: true, description: 'Sex.' })
  sex?: Sex | null;

  @Field(() => GraphQLLocalDate, { nullable: true, description: 'Date of birth.' })
  birthday?: string | null;

  @Field(() => String, { nullable: true, description: 'A short text about oneself, at most 191 characters.' })
  bio?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Where the user lives, in words, at most 191 characters. Decides the city unless a community does.',
  })
  location?: string | null;

  @Field(() => ID, { nullable: true, description: 'The community the user lives in; it decides the city.' })
  communityId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'All hobbies of the user, at most 30; replaces the former ones.',
  })
  hobbyIds?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A picture the caller uploaded, or a default photo, by its id or its node. The address of the present one changes nothing.',
  })
  avatarId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A picture the caller uploaded, or a default photo, by its id or its node. The address of the present one changes nothing.',
  })
  backgroundId?: string | null;
}
