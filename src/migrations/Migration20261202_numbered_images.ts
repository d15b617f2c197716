import { Migration } from '@mikro-orm/migrations';

/** A number for each picture, and the MD5 of the file that it was made of. */
export class Migration20261202_numbered_images extends Migration {
  override up(): void {
    this.addSql(
      `alter table "images" add column "number" serial not null, add column "source_md5" varchar(32) null`,
    );
    this.addSql(`alter table "images" add constraint "images_number_unique" unique ("number")`);
    this.addSql(
      `create index "images_source_md5_index" on "images" ("owner_id", "source_md5") where "source_md5" is not null`,
    );
  }

  override down(): void {
    this.addSql(`drop index "images_source_md5_index"`);
    this.addSql(`alter table "images" drop column "source_md5", drop column "number"`);
  }
}
