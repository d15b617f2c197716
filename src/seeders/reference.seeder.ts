import type { EntityManager } from '@mikro-orm/postgresql';
import type { Storage } from '../infra/storage/port.js';
import { Hobby } from '../modules/hobby/hobby.entity.js';
import { numberOpenAppsFrom } from '../modules/openapp/open-app.repository.js';
import { AppPlatform, AppRelease } from '../modules/release/app-release.entity.js';
import { insertRelease, type NewRelease } from '../modules/release/release.repository.js';
import { Tag } from '../modules/tag/tag.entity.js';
import { TagCategory } from '../modules/tag/tag-category.entity.js';
import { seedDefaultPhotos } from './default-photos.seeder.js';
import { seedDivisions } from './divisions.seeder.js';

const HOBBIES = [
  '阅读',
  '音乐',
  '电影',
  '旅行',
  '摄影',
  '美食',
  '烹饪',
  '健身',
  '跑步',
  '骑行',
  '游泳',
  '篮球',
  '足球',
  '羽毛球',
  '乒乓球',
  '瑜伽',
  '书法',
  '绘画',
  '园艺',
  '宠物',
];

/** Tags by category. */
const TAGS: Readonly<Record<string, readonly string[]>> = {
  兴趣: ['旅行', '摄影', '美食', '音乐', '电影', '阅读'],
  运动: ['跑步', '健身', '骑行', '游泳', '篮球', '足球'],
  职业: ['程序员', '设计师', '教师', '医生', '学生', '自由职业'],
};

async function seedTags(em: EntityManager): Promise<void> {
  if ((await em.count(TagCategory, {})) > 0) return;
  for (const [name, tags] of Object.entries(TAGS)) {
    const categoryId = await em.insert(TagCategory, { name } as TagCategory);
    await em.insertMany(Tag, tags.map((tag) => ({ categoryId, name: tag })) as Tag[]);
  }
}

/** The example of `anlife.md` 接口13. */
const RELEASES: readonly NewRelease[] = [
  { platform: AppPlatform.ANDROID, url: 'https://example.com/app/anlife-8.7.apk' },
  { platform: AppPlatform.IOS, url: 'https://example.com/app/anlife-8.7' },
].map((release) => ({
  ...release,
  version: '8.7',
  versionCode: 11,
  title: '发现新版本',
  message: '优化体验，修复已知问题。',
}));

/** `app_id` in the examples of `open.md`. */
const FIRST_OPEN_APP = 10_001;

/**
 * The data that the gateway cannot do without. Runs at every start, after the migrations and under their lock, so it
 * is idempotent and cheap. Lists that belong to the operator are filled only while they are empty.
 */
export async function seedReference(em: EntityManager, { storage }: { storage: Storage }): Promise<void> {
  await seedDivisions(em);
  if ((await em.count(Hobby, {})) === 0) {
    await em.insertMany(Hobby, HOBBIES.map((name) => ({ name })) as Hobby[]);
  }
  await seedTags(em);
  if ((await em.count(AppRelease, {})) === 0) {
    for (const release of RELEASES) await insertRelease(em, release);
  }
  await seedDefaultPhotos(em, storage);
  await numberOpenAppsFrom(em, FIRST_OPEN_APP);
}
