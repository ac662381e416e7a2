// biome-ignore-all format: npm run generate writes this file from drizzle/*.sql. Do not edit it.

/** The statements that create and change the table `sessions`, oldest first. */
export const migrations = [
  {
    name: '0000_sessions',
    createdMillis: 1_795_302_180_905,
    statements: [
      `CREATE TABLE "sessions" (
  "id" uuid PRIMARY KEY NOT NULL,
  "token_hash" uuid NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "authenticated_at" timestamp (3) with time zone,
  "last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "expires_at" timestamp (3) with time zone NOT NULL,
  "expiry_at" timestamp (3) with time zone,
  "expiry_idle_seconds" integer,
  "user_id" text,
  "ip" text,
  "user_agent" text,
  "version" integer DEFAULT 1 NOT NULL,
  "data" jsonb NOT NULL,
  CONSTRAINT "sessions_data_object" CHECK (jsonb_typeof("sessions"."data") = 'object')
)`,
      `CREATE INDEX "sessions_expires_at" ON "sessions" USING btree ("expires_at")`,
      `CREATE INDEX "sessions_user_id" ON "sessions" USING btree ("user_id") WHERE "sessions"."user_id" is not null`,
    ],
  },
  {
    name: '0001_fillfactor',
    createdMillis: 1_795_302_181_406,
    statements: [
      `ALTER TABLE "sessions" SET (fillfactor = 92)`,
    ],
  },
  {
    name: '0002_administration',
    createdMillis: 1_795_324_651_460,
    statements: [
      `CREATE INDEX "sessions_last_seen_at" ON "sessions" USING btree ("last_seen_at","expires_at")`,
      `CREATE INDEX "sessions_ip" ON "sessions" USING btree ("ip" text_pattern_ops) WHERE "sessions"."ip" is not null`,
      `CREATE INDEX "sessions_user_prefix" ON "sessions" USING btree ("user_id" text_pattern_ops)`,
      `DROP INDEX "sessions_user_id"`,
      `ALTER INDEX "sessions_user_prefix" RENAME TO "sessions_user_id"`,
    ],
  },
  {
    name: '0003_rotated_at',
    createdMillis: 1_795_903_366_211,
    statements: [
      `ALTER TABLE "sessions" ADD COLUMN "rotated_at" timestamp (3) with time zone`,
    ],
  },
  {
    name: '0004_credentials',
    createdMillis: 1_795_914_238_584,
    statements: [
      `ALTER TABLE "sessions" ADD COLUMN "auth_hash" uuid, ADD COLUMN "device_key" text`,
    ],
  },
] as const
