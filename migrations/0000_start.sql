CREATE TABLE "audit" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"person" text,
	"workspace" text,
	"action" text NOT NULL,
	"detail" jsonb
);
--> statement-breakpoint
CREATE TABLE "corpus" (
	"workspace" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"columns" jsonb NOT NULL,
	"bytes" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "document" (
	"workspace" text NOT NULL,
	"name" text NOT NULL,
	"epoch" text NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"state" "bytea" NOT NULL,
	"state_seq" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "document_workspace_name_pk" PRIMARY KEY("workspace","name")
);
--> statement-breakpoint
CREATE TABLE "document_state" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"document" text NOT NULL,
	"epoch" text NOT NULL,
	"seq" bigint NOT NULL,
	"state" "bytea" NOT NULL,
	"updates" "bytea"[] NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "document_update" (
	"workspace" text NOT NULL,
	"document" text NOT NULL,
	"seq" bigint NOT NULL,
	"update" "bytea" NOT NULL,
	"actor" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "document_update_workspace_document_seq_pk" PRIMARY KEY("workspace","document","seq")
);
--> statement-breakpoint
CREATE TABLE "instance" (
	"workspace" text NOT NULL,
	"id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"source" text NOT NULL,
	"reference" text,
	"attributes" jsonb NOT NULL,
	"data" jsonb,
	CONSTRAINT "instance_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "job_event" (
	"workspace" text NOT NULL,
	"seq" bigint NOT NULL,
	"event" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "job_event_workspace_seq_pk" PRIMARY KEY("workspace","seq")
);
--> statement-breakpoint
CREATE TABLE "member" (
	"workspace" text NOT NULL,
	"person" text NOT NULL,
	"role" text NOT NULL,
	CONSTRAINT "member_workspace_person_pk" PRIMARY KEY("workspace","person")
);
--> statement-breakpoint
CREATE TABLE "output" (
	"workspace" text NOT NULL,
	"instance" text NOT NULL,
	"revision" text NOT NULL,
	"engine" text NOT NULL,
	"decoding" text NOT NULL,
	"problem" text,
	"text" text,
	"tokens" integer,
	"log_prob" double precision,
	"mean_entropy" double precision,
	"max_entropy" double precision,
	"detail" "bytea",
	"chunk" text,
	"bytes" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "output_workspace_instance_pk" PRIMARY KEY("workspace","instance")
);
--> statement-breakpoint
CREATE TABLE "person" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"ordinal" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "person_ordinal_unique" UNIQUE("ordinal")
);
--> statement-breakpoint
CREATE TABLE "result" (
	"hash" text PRIMARY KEY NOT NULL,
	"tensors" jsonb NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run" (
	"key" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"input" jsonb NOT NULL,
	"ordinal" bigserial NOT NULL,
	"job" text,
	"worker" text,
	"heartbeat_at" timestamp (3) with time zone,
	"crashes" integer DEFAULT 0 NOT NULL,
	"result" text,
	"error" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"seconds" double precision
);
--> statement-breakpoint
CREATE TABLE "run_request" (
	"workspace" text NOT NULL,
	"key" text NOT NULL,
	"instance" text,
	"person" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"cancelled_at" timestamp (3) with time zone,
	CONSTRAINT "run_request_workspace_key_pk" PRIMARY KEY("workspace","key")
);
--> statement-breakpoint
CREATE TABLE "session" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "state_chunk" (
	"workspace" text NOT NULL,
	"hash" text NOT NULL,
	"revision" text NOT NULL,
	"bytes" bigint NOT NULL,
	"instances" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "state_chunk_workspace_hash_pk" PRIMARY KEY("workspace","hash")
);
--> statement-breakpoint
CREATE TABLE "workspace" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"example" boolean DEFAULT false NOT NULL,
	"checkpoint" text NOT NULL,
	"open_role" text NOT NULL,
	"event_seq" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "corpus" ADD CONSTRAINT "corpus_workspace_workspace_id_fk" FOREIGN KEY ("workspace") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document" ADD CONSTRAINT "document_workspace_workspace_id_fk" FOREIGN KEY ("workspace") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_state" ADD CONSTRAINT "document_state_workspace_workspace_id_fk" FOREIGN KEY ("workspace") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_update" ADD CONSTRAINT "document_update_workspace_document_document_workspace_name_fk" FOREIGN KEY ("workspace","document") REFERENCES "public"."document"("workspace","name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instance" ADD CONSTRAINT "instance_workspace_workspace_id_fk" FOREIGN KEY ("workspace") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job_event" ADD CONSTRAINT "job_event_workspace_workspace_id_fk" FOREIGN KEY ("workspace") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member" ADD CONSTRAINT "member_workspace_workspace_id_fk" FOREIGN KEY ("workspace") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member" ADD CONSTRAINT "member_person_person_id_fk" FOREIGN KEY ("person") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "output" ADD CONSTRAINT "output_workspace_instance_instance_workspace_id_fk" FOREIGN KEY ("workspace","instance") REFERENCES "public"."instance"("workspace","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run" ADD CONSTRAINT "run_result_result_hash_fk" FOREIGN KEY ("result") REFERENCES "public"."result"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_request" ADD CONSTRAINT "run_request_workspace_workspace_id_fk" FOREIGN KEY ("workspace") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_request" ADD CONSTRAINT "run_request_key_run_key_fk" FOREIGN KEY ("key") REFERENCES "public"."run"("key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_request" ADD CONSTRAINT "run_request_person_person_id_fk" FOREIGN KEY ("person") REFERENCES "public"."person"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_person_person_id_fk" FOREIGN KEY ("person") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "state_chunk" ADD CONSTRAINT "state_chunk_workspace_workspace_id_fk" FOREIGN KEY ("workspace") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "document_state_of" ON "document_state" USING btree ("workspace","document");--> statement-breakpoint
CREATE INDEX "instance_ordinal" ON "instance" USING btree ("workspace","ordinal");--> statement-breakpoint
CREATE INDEX "member_person" ON "member" USING btree ("person");--> statement-breakpoint
CREATE INDEX "run_live" ON "run" USING btree ("state","ordinal") WHERE "run"."state" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "run_result" ON "run" USING btree ("result");--> statement-breakpoint
CREATE INDEX "run_request_key" ON "run_request" USING btree ("key");--> statement-breakpoint
CREATE INDEX "session_person" ON "session" USING btree ("person");