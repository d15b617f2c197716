import { Field, Float, InputType } from 'type-graphql';

@InputType({ description: 'Coordinates in degrees, of the map that all clients use.' })
export class CoordinatesInput {
  @Field(() => Float, { description: 'From -180 to 180; east is positive.' })
  longitude!: number;

  @Field(() => Float, { description: 'From -90 to 90; north is positive.' })
  latitude!: number;
}
