ALTER TABLE "instance" ADD COLUMN "origin" jsonb;--> statement-breakpoint
CREATE INDEX "instance_derived" ON "instance" USING btree ("workspace") WHERE "instance"."origin" is not null;