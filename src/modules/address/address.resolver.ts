import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { SelfOnly, SignedIn } from '../../schema/access.js';
import { replacedBy } from '../../schema/deprecated.js';
import { rowIdOf } from '../../schema/ids.js';
import { AtMost } from '../../schema/list-bounds.js';
import { User } from '../user/user.entity.js';
import { Address } from './address.entity.js';
import { AddressInput, AddressPatch } from './address.input.js';
import { addressesLoader } from './address.loader.js';
import type { AddressService } from './address.service.js';
import { ADDRESSES_MAX } from './address.service.js';
import { RemoveAddressPayload } from './address.type.js';

@Resolver()
export class AddressResolver {
  constructor(private readonly addressService: AddressService) {}

  @AtMost(ADDRESSES_MAX)
  @SignedIn()
  @Query(() => [Address], {
    nullable: true,
    description: 'The delivery addresses of the caller, newest first; at most 20.',
  })
  addresses(@Ctx() ctx: SignedInContext): Promise<Address[]> {
    return this.addressService.list(ctx);
  }

  @SignedIn()
  @Query(() => Address, {
    nullable: true,
    description: 'One delivery address of the caller; null when the caller has no such address.',
  })
  address(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The id of the address.' }) id: string,
  ): Promise<Address | null> {
    return this.addressService.find(ctx, rowIdOf(id));
  }

  @SignedIn()
  @Mutation(() => Address, {
    description:
      'Adds a delivery address to the caller. Errors: INVALID_INPUT, PHONE_INVALID, ADDRESS_LIMIT.',
  })
  createAddress(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => AddressInput, { description: 'The address.' }) input: AddressInput,
  ): Promise<Address> {
    return this.addressService.create(ctx, input);
  }

  @SignedIn()
  @Mutation(() => Address, {
    description: 'Changes a delivery address of the caller. Errors: INVALID_INPUT, PHONE_INVALID, NOT_FOUND.',
  })
  updateAddress(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The id of the address.' }) id: string,
    @Arg('input', () => AddressPatch, { description: 'The changes.' }) input: AddressPatch,
  ): Promise<Address> {
    return this.addressService.update(ctx, rowIdOf(id), input);
  }

  @SignedIn()
  @Mutation(() => RemoveAddressPayload, {
    description: 'Deletes a delivery address of the caller. Errors: NOT_FOUND.',
  })
  async removeAddress(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The id of the address.' }) id: string,
  ): Promise<RemoveAddressPayload> {
    return { address: await this.addressService.remove(ctx, rowIdOf(id)) };
  }

  @SignedIn()
  @Mutation(() => Boolean, {
    deprecationReason: replacedBy('removeAddress'),
    description: 'Like `removeAddress`. Always true. Errors: NOT_FOUND.',
  })
  async deleteAddress(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The id of the address.' }) id: string,
  ): Promise<boolean> {
    await this.addressService.remove(ctx, rowIdOf(id));
    return true;
  }
}

@Resolver(() => User)
export class UserAddressResolver {
  @AtMost(ADDRESSES_MAX)
  @SelfOnly()
  @FieldResolver(() => [Address], {
    nullable: true,
    description: 'The delivery addresses, newest first; at most 20. For nobody but the owner.',
  })
  addresses(@Ctx() ctx: RequestContext, @Root() user: User): Promise<readonly Address[]> {
    return addressesLoader(ctx).load(user.id);
  }

  @SelfOnly()
  @FieldResolver(() => Address, {
    nullable: true,
    description: 'One of the `addresses`; null where there is none of this id. For nobody but the owner.',
  })
  async address(
    @Ctx() ctx: RequestContext,
    @Root() user: User,
    @Arg('id', () => ID, { description: 'The id of the address.' }) id: string,
  ): Promise<Address | null> {
    const addresses = await addressesLoader(ctx).load(user.id);
    return addresses.find((address) => address.id === rowIdOf(id)) ?? null;
  }
}
