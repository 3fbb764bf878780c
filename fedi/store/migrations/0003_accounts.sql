-- More of a profile, and what people decide about others: mutes, notes, endorsements, tags, servers they block.

ALTER TABLE accounts ADD COLUMN attribution_domains TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN show_media BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE accounts ADD COLUMN show_media_replies BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE accounts ADD COLUMN show_featured BOOLEAN NOT NULL DEFAULT TRUE;

ALTER TABLE users ADD COLUMN default_quote_policy TEXT NOT NULL DEFAULT 'public';
ALTER TABLE users ADD COLUMN expand_media TEXT NOT NULL DEFAULT 'default'; -- default | show_all | hide_all
ALTER TABLE users ADD COLUMN expand_spoilers BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN autoplay_gifs BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE follows ADD COLUMN languages TEXT; -- JSON: show posts in these alone; NULL: in all

-- Lists are read in the order in which things were decided.
ALTER TABLE blocks ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
UPDATE blocks SET id = target_id;
CREATE INDEX blocks_account ON blocks (account_id, id);

CREATE TABLE mutes (
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  notifications BOOLEAN NOT NULL,            -- are hidden too
  expires_at BIGINT,                         -- a job ends it then
  id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;
CREATE INDEX mutes_account ON mutes (account_id, id);
CREATE INDEX mutes_target ON mutes (target_id);

CREATE TABLE account_domain_blocks (         -- servers that one person wants nothing of
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  domain TEXT NOT NULL,                      -- of handles, normalised
  id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, domain)
) WITHOUT ROWID;
CREATE INDEX account_domain_blocks_account ON account_domain_blocks (account_id, id);

CREATE TABLE account_notes (                 -- what a person notes about another, for themselves
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  comment TEXT NOT NULL,
  PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;
CREATE INDEX account_notes_target ON account_notes (target_id);

-- Whom a person shows on their profile: only whom they follow, so that it ends with the follow.
CREATE TABLE endorsements (
  account_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, target_id),
  FOREIGN KEY (account_id, target_id) REFERENCES follows (follower_id, followee_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX endorsements_account ON endorsements (account_id, id);

CREATE TABLE featured_tags (                 -- hashtags that an account shows on its profile, ours and theirs
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,                         -- in lower case, without #
  name TEXT NOT NULL,                        -- as it was written
  created_at BIGINT NOT NULL,
  UNIQUE (account_id, tag)
);

CREATE TABLE followed_tags (
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,                         -- in lower case, without #
  id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, tag)
) WITHOUT ROWID;
CREATE INDEX followed_tags_account ON followed_tags (account_id, id);
CREATE INDEX followed_tags_tag ON followed_tags (tag, account_id);
