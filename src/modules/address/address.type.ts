import { Field, ObjectType } from 'type-graphql';
import { Address } from './address.entity.js';

@ObjectType({ description: 'A delivery address was deleted.' })
export class RemoveAddressPayload {
  @Field(() => Address, { description: 'The address as it was.' })
  address!: Address;
}
