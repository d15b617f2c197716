import { Migration } from '@mikro-orm/migrations';

/** Why a picture of an import could not be fetched. */
export class Migration20261201_imported_picture_failures extends Migration {
  override up(): void {
    this.addSql(`alter table "imported_pictures" add "failure" varchar(40) null`);
  }

  override down(): void {
    this.addSql(`alter table "imported_pictures" drop column "failure"`);
  }
}
