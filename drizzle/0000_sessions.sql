CREATE TABLE "sessions" (
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
);
--> statement-breakpoint
CREATE INDEX "sessions_expires_at" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sessions_user_id" ON "sessions" USING btree ("user_id") WHERE "sessions"."user_id" is not null;