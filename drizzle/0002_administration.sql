CREATE INDEX "sessions_last_seen_at" ON "sessions" USING btree ("last_seen_at","expires_at");--> statement-breakpoint
CREATE INDEX "sessions_ip" ON "sessions" USING btree ("ip" text_pattern_ops) WHERE "sessions"."ip" is not null;--> statement-breakpoint
CREATE INDEX "sessions_user_prefix" ON "sessions" USING btree ("user_id" text_pattern_ops);--> statement-breakpoint
DROP INDEX "sessions_user_id";--> statement-breakpoint
ALTER INDEX "sessions_user_prefix" RENAME TO "sessions_user_id";
