import type { Readable } from 'node:stream';
import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { countHobbies, replaceHobbies, USER_HOBBIES_MAX } from '../hobby/hobby.repository.js';
import { imageLoader } from '../image/image.loader.js';
import type { ImageService } from '../image/image.service.js';
import type { ModerationService } from '../moderation/moderation.service.js';
import { communityLoader } from '../place/community.loader.js';
import type { PlaceService } from '../place/place.service.js';
import { assertBirthday } from '../user/calendar.js';
import type { Image } from '../user/image.entity.js';
import { normaliseName, normaliseText } from '../user/text.js';
import { Sex, USER_LIMITS, type User } from '../user/user.entity.js';
import { findUserById, lockActiveUser, updateUser } from '../user/user.repository.js';

/** A value sets, absent leaves, null clears. */
export interface ProfileChanges {
  /** Cannot be cleared. */
  name?: string | null;
  nickname?: string | null;
  sex?: Sex | null;
  birthday?: string | null;
  bio?: string | null;
  location?: string | null;
  communityId?: number | null;
  hobbyIds?: readonly number[] | null;
  avatarId?: string | null;
  backgroundId?: string | null;
}

type Columns = Partial<User>;

/** A picture that is to be shown; it may have to be claimed first. */
interface UsedPicture {
  image: Image;
  field: string;
}

/** Changing what a user shows of themselves. Everything is checked before anything is written. */
export class ProfileService {
  constructor(
    private readonly images: ImageService,
    private readonly places: PlaceService,
    private readonly moderation: ModerationService,
  ) {}

  /** Applies the changes to the caller. Throws as {@link check} does, and NAME_TAKEN. */
  async update(ctx: SignedInContext, changes: ProfileChanges): Promise<User> {
    const { userId } = ctx.viewer;
    const { columns, hobbyIds, pictures } = await this.check(ctx, changes);
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      for (const { image, field } of pictures) await this.images.claim(ctx, image, field);
      await updateUser(ctx.em, userId, columns);
      if (hobbyIds) await replaceHobbies(ctx.em, userId, hobbyIds);
    });
    const updated = await findUserById(ctx.em, userId);
    if (!updated) throw new AppError('UNAUTHENTICATED');
    return updated;
  }

  /**
   * The columns that the changes amount to, unwritten. Throws INVALID_INPUT, NAME_INVALID, NAME_LENGTH or NAME_BANNED.
   */
  async check(
    ctx: SignedInContext,
    changes: ProfileChanges,
  ): Promise<{ columns: Columns; hobbyIds: number[] | undefined; pictures: UsedPicture[] }> {
    const current = await findUserById(ctx.em, ctx.viewer.userId);
    if (!current) throw new AppError('UNAUTHENTICATED');
    const hobbyIds = await this.checkedHobbies(ctx, changes.hobbyIds);
    const names = await this.names(ctx, current, changes);
    const pictures = await this.pictures(ctx, current, changes);
    const columns: Columns = {
      ...names,
      ...texts(changes),
      ...pictures.columns,
      ...(await this.homeColumns(ctx, current, changes)),
    };
    return { columns, hobbyIds, pictures: pictures.used };
  }

  /** Stores a picture and makes it the caller's avatar. Throws IMAGE_INVALID, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL. */
  updateAvatar(ctx: SignedInContext, stream: Readable): Promise<User> {
    return this.images.uploadAvatar(ctx, stream, ({ id }) => this.update(ctx, { avatarId: id }));
  }

  /** Stores a picture and makes it the caller's background. Throws IMAGE_INVALID, IMAGE_TOO_LARGE. */
  updateBackground(ctx: SignedInContext, stream: Readable): Promise<User> {
    return this.images.uploadFor(ctx, stream, ({ id }) => this.update(ctx, { backgroundId: id }));
  }

  private async names(
    ctx: RequestContext,
    current: User,
    { name, nickname }: ProfileChanges,
  ): Promise<Columns> {
    const columns: Columns = {};
    // Clients send back what they were shown, and an app may have given a name that nobody may choose.
    if (name !== undefined && name !== current.name) {
      columns.name = normaliseName(name ?? '');
      await this.moderation.assertAllowed(ctx, columns.name, 'name');
    }
    if (nickname !== undefined) {
      columns.nickname = normaliseText(nickname, 'nickname', USER_LIMITS.nickname);
      if (columns.nickname) await this.moderation.assertAllowed(ctx, columns.nickname, 'nickname');
    }
    return columns;
  }

  private async pictures(
    ctx: SignedInContext,
    current: User,
    changes: ProfileChanges,
  ): Promise<{ columns: Columns; used: UsedPicture[] }> {
    const columns: Columns = {};
    const used: UsedPicture[] = [];
    for (const field of ['avatarId', 'backgroundId'] as const) {
      const reference = changes[field];
      // Clients send back the address that they were shown.
      if (reference === undefined || (reference && (await this.isShownAs(ctx, current, field, reference)))) {
        continue;
      }
      const image = reference ? await this.images.resolveUsable(ctx, reference, field) : null;
      columns[field] = image?.id ?? null;
      if (image) used.push({ image, field });
      // A picture at a third party is shown only until the user decides otherwise.
      if (field === 'avatarId') columns.externalAvatarUrl = null;
    }
    return { columns, used };
  }

  /** True when the text is the URL that one's picture has now. */
  private async isShownAs(
    ctx: RequestContext,
    current: User,
    field: 'avatarId' | 'backgroundId',
    text: string,
  ): Promise<boolean> {
    if (field === 'avatarId') {
      return text === (await this.images.avatarUrlOf(ctx, current, { orDefault: false }));
    }
    const background = current.backgroundId ? await imageLoader(ctx).load(current.backgroundId) : null;
    return background !== null && text === this.images.urlOf(background);
  }

  /** The city follows the community, else the location. */
  private async homeColumns(ctx: RequestContext, current: User, changes: ProfileChanges): Promise<Columns> {
    if (changes.location === undefined && changes.communityId === undefined) return {};
    const location =
      changes.location === undefined
        ? current.location
        : normaliseText(changes.location, 'location', USER_LIMITS.location);
    const communityId = changes.communityId === undefined ? current.communityId : changes.communityId;
    const community = communityId ? await communityLoader(ctx).load(communityId) : null;
    if (communityId && !community) throw new AppError('INVALID_INPUT', { field: 'communityId' });
    const cityId = community?.cityId ?? (location ? await this.places.cityOfLocation(ctx, location) : null);
    return { location, communityId, cityId };
  }

  private async checkedHobbies(
    ctx: RequestContext,
    hobbyIds: readonly number[] | null | undefined,
  ): Promise<number[] | undefined> {
    if (hobbyIds === undefined) return undefined;
    if ((hobbyIds?.length ?? 0) > USER_HOBBIES_MAX) {
      throw new AppError('INVALID_INPUT', { field: 'hobbyIds' });
    }
    const ids = [...new Set(hobbyIds ?? [])];
    if (ids.length > 0 && (await countHobbies(ctx.em, ids)) !== ids.length) {
      throw new AppError('INVALID_INPUT', { field: 'hobbyIds' });
    }
    return ids;
  }
}

function texts({ bio, sex, birthday }: ProfileChanges): Columns {
  const columns: Columns = {};
  if (bio !== undefined) columns.bio = normaliseText(bio, 'bio', USER_LIMITS.bio);
  if (sex !== undefined) columns.sex = sex ?? Sex.UNSPECIFIED;
  if (birthday !== undefined) {
    if (birthday) assertBirthday(birthday);
    columns.birthday = birthday || null;
  }
  return columns;
}
