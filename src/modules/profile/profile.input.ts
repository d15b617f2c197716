import { GraphQLLocalDate } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';
import { Sex } from '../user/user.entity.js';

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
      'The home of the user, in words, at most 191 characters. Decides the city unless a community does.',
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
      "A picture the caller uploaded, or a default photo, by its id or its reference; one's own by its number too. The address of the present one changes nothing.",
  })
  avatarId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "A picture the caller uploaded, or a default photo, by its id or its reference; one's own by its number too. The address of the present one changes nothing.",
  })
  backgroundId?: string | null;
}
