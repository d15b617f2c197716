import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'A complaint about a user.' })
export class ReportInput {
  @Field(() => ID, { description: 'The user who is complained about.' })
  userId!: string;

  @Field(() => String, { description: 'The reason, 1 to 255 characters.' })
  reason!: string;
}
