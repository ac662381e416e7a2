-- One statement, so that the table is locked only once. Without defaults, no row is written.
ALTER TABLE "sessions" ADD COLUMN "auth_hash" uuid, ADD COLUMN "device_key" text;