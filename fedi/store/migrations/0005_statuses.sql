-- What belongs to posts beside their words: polls, quotes, link previews, bookmarks, muted conversations, posts
-- that wait for their time.

-- A poll, a card and the app are known from the post itself, so that a page asks for them only where there is one.
ALTER TABLE posts ADD COLUMN poll_id BIGINT;
ALTER TABLE posts ADD COLUMN card_id BIGINT;
ALTER TABLE posts ADD COLUMN is_quote BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE posts ADD COLUMN quotes_count BIGINT NOT NULL DEFAULT 0;
-- Who may quote it: words before | without asking, words after | when its author agrees (model/quotes.py).
-- NULL: ours, everybody if everybody may read it; another server's, it did not say.
ALTER TABLE posts ADD COLUMN quote_policy TEXT;
ALTER TABLE posts ADD COLUMN app_name TEXT;
ALTER TABLE posts ADD COLUMN app_website TEXT;
ALTER TABLE post_edits ADD COLUMN poll_options TEXT;
CREATE INDEX posts_card ON posts (card_id, id) WHERE card_id IS NOT NULL;
CREATE INDEX posts_conversation ON posts (conversation, id) WHERE conversation IS NOT NULL;

CREATE TABLE bookmarks (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  UNIQUE (post_id, account_id)
);
CREATE INDEX bookmarks_account ON bookmarks (account_id, id);

CREATE TABLE thread_mutes (                  -- no notices from these conversations
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  conversation TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, conversation)
) WITHOUT ROWID;

CREATE TABLE polls (
  id INTEGER PRIMARY KEY,
  post_id BIGINT NOT NULL UNIQUE REFERENCES posts (id) ON DELETE CASCADE,
  options TEXT NOT NULL,                     -- titles
  tallies TEXT NOT NULL,                     -- votes for each of them
  multiple BOOLEAN NOT NULL DEFAULT FALSE,
  hide_totals BOOLEAN NOT NULL DEFAULT FALSE,
  votes_count BIGINT NOT NULL DEFAULT 0,
  voters_count BIGINT,                       -- NULL: another server that does not tell
  expires_at BIGINT,
  closed_at BIGINT,                          -- when everybody had been told that it ended
  fetched_at BIGINT
);

CREATE TABLE poll_votes (
  id INTEGER PRIMARY KEY,
  poll_id BIGINT NOT NULL REFERENCES polls (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  choice INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (poll_id, account_id, choice)
);
CREATE INDEX poll_votes_account ON poll_votes (account_id);

-- One row for each post that quotes another; the state is Mastodon's word.
CREATE TABLE quotes (
  post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  quoted_id BIGINT REFERENCES posts (id) ON DELETE SET NULL,
  quoted_account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
  quoted_uri TEXT NOT NULL,
  state TEXT NOT NULL,                       -- pending | accepted | rejected | revoked
  request_uri TEXT,                          -- of the QuoteRequest that we sent
  stamp_uri TEXT,                            -- of the QuoteAuthorization
  created_at BIGINT NOT NULL
);
CREATE INDEX quotes_quoted ON quotes (quoted_id, post_id) WHERE quoted_id IS NOT NULL;
CREATE INDEX quotes_uri ON quotes (quoted_uri) WHERE quoted_id IS NULL;
CREATE INDEX quotes_account ON quotes (account_id);
CREATE INDEX quotes_quoted_account ON quotes (quoted_account_id);
CREATE INDEX quotes_request ON quotes (request_uri) WHERE request_uri IS NOT NULL;
CREATE INDEX quotes_stamp ON quotes (stamp_uri) WHERE stamp_uri IS NOT NULL;

-- The consent of people here that posts of other servers (or of ours) quote theirs.
CREATE TABLE quote_stamps (
  id INTEGER PRIMARY KEY,
  quoted_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  quoting_uri TEXT NOT NULL,
  revoked_at BIGINT,
  created_at BIGINT NOT NULL,
  UNIQUE (quoting_uri, quoted_id)
);
CREATE INDEX quote_stamps_quoted ON quote_stamps (quoted_id);
CREATE INDEX quote_stamps_account ON quote_stamps (account_id);

CREATE TABLE cards (                         -- what is behind a link, once for each address
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL DEFAULT 'link',         -- link | photo | video | rich
  title TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  html TEXT NOT NULL DEFAULT '',
  author_name TEXT NOT NULL DEFAULT '',
  author_url TEXT NOT NULL DEFAULT '',
  provider_name TEXT NOT NULL DEFAULT '',
  provider_url TEXT NOT NULL DEFAULT '',
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  image_url TEXT,
  image_description TEXT NOT NULL DEFAULT '',
  blurhash TEXT,
  embed_url TEXT NOT NULL DEFAULT '',
  language TEXT,
  published_at BIGINT,
  fetched_at BIGINT NOT NULL
);

CREATE TABLE scheduled_posts (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  scheduled_at BIGINT NOT NULL,
  params TEXT NOT NULL,                      -- as the app sent them
  attachments TEXT NOT NULL DEFAULT '[]',
  idempotency_key TEXT,
  created_at BIGINT NOT NULL
);
CREATE INDEX scheduled_posts_account ON scheduled_posts (account_id, id);
CREATE INDEX scheduled_posts_day ON scheduled_posts (account_id, scheduled_at);
CREATE UNIQUE INDEX scheduled_posts_key ON scheduled_posts (account_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE TABLE translations (                  -- answers of the engine, kept a while
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  language TEXT NOT NULL,
  form TEXT NOT NULL,                        -- of what text: a digest
  answer TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (post_id, language)
) WITHOUT ROWID;
CREATE INDEX translations_age ON translations (created_at);

CREATE TABLE refreshes (                     -- answers that are being fetched from other servers
  id INTEGER PRIMARY KEY,
  post_id BIGINT NOT NULL UNIQUE REFERENCES posts (id) ON DELETE CASCADE,
  state TEXT NOT NULL,                       -- running | finished
  found INTEGER NOT NULL DEFAULT 0,
  started_at BIGINT NOT NULL
);
