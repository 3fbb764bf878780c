-- What a person arranges for themselves: lists, filters, conversations, places where they stopped reading.

CREATE TABLE lists (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  replies_policy TEXT NOT NULL,              -- followed | list | none: answers to whom are shown
  exclusive BOOLEAN NOT NULL,                -- members are not in the owner's home
  created_at BIGINT NOT NULL
);
CREATE INDEX lists_account ON lists (account_id, id);

-- Members hang on the follow, so that they leave the list however it ends; NULL: the owner, who follows nobody.
-- Owner and exclusiveness are repeated here: putting a post into homes asks for both, for every follower.
CREATE TABLE list_accounts (
  list_id BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  follow_id BIGINT REFERENCES follows (id) ON DELETE CASCADE,
  owner_id BIGINT NOT NULL,
  exclusive BOOLEAN NOT NULL,
  PRIMARY KEY (list_id, account_id)
) WITHOUT ROWID;
CREATE INDEX list_accounts_account ON list_accounts (account_id, owner_id);
CREATE INDEX list_accounts_follow ON list_accounts (follow_id) WHERE follow_id IS NOT NULL;
CREATE INDEX list_accounts_exclusive ON list_accounts (owner_id, account_id) WHERE exclusive;

-- 0: this person filters nothing; anything else changes with every change of their filters.
ALTER TABLE users ADD COLUMN filters_version BIGINT NOT NULL DEFAULT 0;

CREATE TABLE filters (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  context TEXT NOT NULL,                     -- JSON: home, notifications, public, thread, account
  action TEXT NOT NULL,                      -- warn | hide | blur
  expires_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX filters_account ON filters (account_id, id);

CREATE TABLE filter_keywords (
  id INTEGER PRIMARY KEY,
  filter_id BIGINT NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
  keyword TEXT NOT NULL,
  whole_word BOOLEAN NOT NULL
);
CREATE INDEX filter_keywords_filter ON filter_keywords (filter_id, id);

CREATE TABLE filter_statuses (
  id INTEGER PRIMARY KEY,
  filter_id BIGINT NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  UNIQUE (filter_id, post_id)
);
CREATE INDEX filter_statuses_post ON filter_statuses (post_id);

-- Direct posts as one person here sees them: one conversation for each thread and each group of other people in it.
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  thread TEXT NOT NULL,
  participants TEXT NOT NULL,                -- JSON: ids of the others, in order
  last_post_id BIGINT NOT NULL,
  unread BOOLEAN NOT NULL,
  UNIQUE (account_id, thread, participants)
);
CREATE INDEX conversations_latest ON conversations (account_id, last_post_id);
CREATE INDEX conversations_empty ON conversations (id) WHERE last_post_id = 0;

CREATE TABLE conversation_posts (
  account_id BIGINT NOT NULL,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, post_id)
) WITHOUT ROWID;
CREATE INDEX conversation_posts_conversation ON conversation_posts (conversation_id, post_id);
CREATE INDEX conversation_posts_post ON conversation_posts (post_id);

CREATE TABLE markers (                       -- where somebody stopped reading
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  timeline TEXT NOT NULL,                    -- home | notifications
  last_read_id BIGINT NOT NULL,
  version INTEGER NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, timeline)
) WITHOUT ROWID;
