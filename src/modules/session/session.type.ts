import { Field, ObjectType } from 'type-graphql';
import { Session } from './session.entity.js';

@ObjectType({ description: 'A session was ended.' })
export class EndSessionPayload {
  @Field(() => Session, { description: 'The session as it was.' })
  session!: Session;
}
