-- The foundation. One text for both engines: `INTEGER PRIMARY KEY` becomes BIGINT, `BLOB` becomes BYTEA and
-- `WITHOUT ROWID` goes on PostgreSQL. Times are milliseconds since 1970 (UTC). Ids are made by fedi (store/ids.py)
-- and sort by time. JSON is TEXT that only fedi reads. What is counted is counted where it is read.

-- Domains hosted here: a local account belongs to one, the Host header picks it.
CREATE TABLE domains (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,                 -- of handles: example.org
  url TEXT NOT NULL UNIQUE,                  -- where it answers: https://social.example.org
  actor_id BIGINT,                           -- its instance actor
  created_at BIGINT NOT NULL
);

-- Other servers, by the authority of their addresses; a row is also the lane of what waits for it.
CREATE TABLE hosts (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,                 -- social.example.org, with a port if it is not 443
  due_at BIGINT,                             -- the lane's place among those with work; NULL: nothing waits
  retry_at BIGINT NOT NULL DEFAULT 0,        -- not to be asked before: it failed, or said Retry-After
  leased_until BIGINT NOT NULL DEFAULT 0,
  leased_by TEXT,
  failures INTEGER NOT NULL DEFAULT 0,       -- in a row
  failing_since BIGINT,
  last_error TEXT,
  last_success_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX hosts_due ON hosts (due_at) WHERE due_at IS NOT NULL;

-- Actors, ours and theirs.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  domain_id BIGINT REFERENCES domains (id),  -- NULL: remote
  host_id BIGINT REFERENCES hosts (id),      -- NULL: local
  type TEXT NOT NULL,
  username TEXT NOT NULL,
  domain TEXT NOT NULL,                      -- of the handle
  handle TEXT NOT NULL UNIQUE,               -- username@domain, in lower case
  handle_checked_at BIGINT,                  -- WebFinger agreed in both directions; NULL: not asked yet
  name TEXT NOT NULL DEFAULT '',
  summary TEXT NOT NULL DEFAULT '',          -- HTML, sanitised
  summary_source TEXT,                       -- what a local person typed
  fields TEXT NOT NULL DEFAULT '[]',
  emojis TEXT NOT NULL DEFAULT '[]',
  url TEXT,
  avatar_url TEXT,
  avatar_alt TEXT,
  header_url TEXT,
  header_alt TEXT,
  inbox TEXT NOT NULL,
  shared_inbox TEXT,
  outbox TEXT,
  followers_uri TEXT,
  following_uri TEXT,
  featured_uri TEXT,
  locked BOOLEAN NOT NULL DEFAULT FALSE,
  discoverable BOOLEAN NOT NULL DEFAULT FALSE,
  indexable BOOLEAN NOT NULL DEFAULT FALSE,
  hide_collections BOOLEAN NOT NULL DEFAULT FALSE,
  memorial BOOLEAN NOT NULL DEFAULT FALSE,
  also_known_as TEXT NOT NULL DEFAULT '[]',
  moved_to_uri TEXT,
  moved_at BIGINT,
  followers_count BIGINT NOT NULL DEFAULT 0,
  following_count BIGINT NOT NULL DEFAULT 0,
  local_followers_count BIGINT NOT NULL DEFAULT 0,
  posts_count BIGINT NOT NULL DEFAULT 0,
  pulled BOOLEAN NOT NULL DEFAULT FALSE,     -- so many local followers that home timelines merge it when read
  last_post_at BIGINT,
  created_at BIGINT NOT NULL,
  fetched_at BIGINT,                         -- when a remote document was last read
  suspended_at BIGINT,
  silenced_at BIGINT,
  deleted_at BIGINT
);
CREATE INDEX accounts_host ON accounts (host_id);
CREATE INDEX accounts_domain ON accounts (domain_id, id) WHERE domain_id IS NOT NULL;
CREATE INDEX accounts_pulled ON accounts (id) WHERE pulled;
CREATE INDEX accounts_username ON accounts (username);

CREATE TABLE keys (
  id TEXT NOT NULL PRIMARY KEY,              -- the keyId
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,                        -- rsa | ed25519
  public_pem TEXT NOT NULL,
  private_pem TEXT,                          -- of local actors only
  fetched_at BIGINT NOT NULL
);
CREATE INDEX keys_account ON keys (account_id);

-- Who can sign in, and with what.
CREATE TABLE users (
  id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  email TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'user',         -- user | moderator | admin | owner
  locale TEXT,
  default_visibility TEXT NOT NULL DEFAULT 'public',
  default_sensitive BOOLEAN NOT NULL DEFAULT FALSE,
  default_language TEXT,
  confirmed_at BIGINT,
  disabled_at BIGINT,
  seen_at BIGINT NOT NULL,                   -- home timelines are kept ready for who was here lately
  created_at BIGINT NOT NULL
);

CREATE TABLE tokens (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,                 -- SHA-256; the token itself is shown once and never kept
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX tokens_user ON tokens (user_id);

-- Relationships.
CREATE TABLE follows (
  id INTEGER PRIMARY KEY,
  follower_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  followee_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  state TEXT NOT NULL,                       -- asked | following
  uri TEXT NOT NULL,                         -- of the Follow activity
  show_reblogs BOOLEAN NOT NULL DEFAULT TRUE,
  notify BOOLEAN NOT NULL DEFAULT FALSE,
  local BOOLEAN NOT NULL DEFAULT FALSE,      -- the follower lives here: a home timeline to keep
  created_at BIGINT NOT NULL,
  UNIQUE (follower_id, followee_id)
);
CREATE INDEX follows_followee ON follows (followee_id, state, id);
CREATE INDEX follows_follower ON follows (follower_id, state, id);
CREATE INDEX follows_uri ON follows (uri);
-- Among a million followers elsewhere, the few here.
CREATE INDEX follows_local ON follows (followee_id, follower_id) WHERE local;
CREATE INDEX follows_notify ON follows (followee_id) WHERE notify;

-- Distinct inboxes of an account's remote followers, counted, so that publishing costs a row per server. An
-- inbox whose last follower left stays, with the time: older posts may still be edited or deleted there.
CREATE TABLE follower_inboxes (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  inbox TEXT NOT NULL,
  host_id BIGINT NOT NULL REFERENCES hosts (id),
  followers BIGINT NOT NULL,
  left_at BIGINT,
  PRIMARY KEY (account_id, inbox)
) WITHOUT ROWID;

-- Followers of a local account per host, with the digest of FEP-8fcf: XOR of SHA-256 of the followers' ids.
CREATE TABLE follower_hosts (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  host_id BIGINT NOT NULL REFERENCES hosts (id),
  followers BIGINT NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (account_id, host_id)
) WITHOUT ROWID;

CREATE TABLE blocks (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  uri TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;
CREATE INDEX blocks_target ON blocks (target_id);

CREATE TABLE domain_blocks (
  name TEXT NOT NULL PRIMARY KEY,            -- normalised; blocks its subdomains too
  severity TEXT NOT NULL,                    -- suspend | silence
  reason TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);

CREATE TABLE flags (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  reporter_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_uris TEXT NOT NULL DEFAULT '[]',
  content TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);

-- Posts, and boosts, which are posts that point at another.
CREATE TABLE posts (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  url TEXT,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  local BOOLEAN NOT NULL,
  type TEXT NOT NULL DEFAULT 'Note',
  visibility TEXT NOT NULL,                  -- public | unlisted | private | direct
  boost_of_id BIGINT REFERENCES posts (id) ON DELETE CASCADE,
  in_reply_to_id BIGINT,                     -- also NULL when the other post is not here
  in_reply_to_account_id BIGINT,
  in_reply_to_uri TEXT,
  conversation TEXT,
  title TEXT,
  summary TEXT NOT NULL DEFAULT '',          -- the content warning, plain text
  content TEXT NOT NULL DEFAULT '',          -- HTML, sanitised
  source TEXT,                               -- what a local person typed
  source_media_type TEXT,
  language TEXT,
  sensitive BOOLEAN NOT NULL DEFAULT FALSE,
  mentions TEXT NOT NULL DEFAULT '[]',       -- ready for rendering; the table below is for asking
  tags TEXT NOT NULL DEFAULT '[]',
  attachments TEXT NOT NULL DEFAULT '[]',
  emojis TEXT NOT NULL DEFAULT '[]',
  replies_count BIGINT NOT NULL DEFAULT 0,
  boosts_count BIGINT NOT NULL DEFAULT 0,
  favourites_count BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  edited_at BIGINT,
  fetched_at BIGINT
);
CREATE INDEX posts_account ON posts (account_id, id);
CREATE INDEX posts_reply ON posts (in_reply_to_id) WHERE in_reply_to_id IS NOT NULL;
CREATE INDEX posts_reply_uri ON posts (in_reply_to_uri) WHERE in_reply_to_uri IS NOT NULL AND in_reply_to_id IS NULL;
CREATE UNIQUE INDEX posts_boost ON posts (boost_of_id, account_id) WHERE boost_of_id IS NOT NULL;
CREATE INDEX posts_public ON posts (id) WHERE visibility = 'public' AND boost_of_id IS NULL;
CREATE INDEX posts_local ON posts (id) WHERE visibility = 'public' AND boost_of_id IS NULL AND local;

CREATE TABLE mentions (
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  removed BOOLEAN NOT NULL DEFAULT FALSE,    -- by an edit; the person still gets edits and the deletion
  PRIMARY KEY (post_id, account_id)
) WITHOUT ROWID;
CREATE INDEX mentions_account ON mentions (account_id, post_id);

CREATE TABLE post_tags (
  tag TEXT NOT NULL,                         -- in lower case, without #
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  PRIMARY KEY (tag, post_id)
) WITHOUT ROWID;
CREATE INDEX post_tags_post ON post_tags (post_id);

CREATE TABLE post_edits (                    -- what a post was before each edit
  id INTEGER PRIMARY KEY,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  title TEXT,
  summary TEXT NOT NULL,
  content TEXT NOT NULL,
  source TEXT,
  sensitive BOOLEAN NOT NULL,
  attachments TEXT NOT NULL,
  emojis TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX post_edits_post ON post_edits (post_id, id);

CREATE TABLE featured (                      -- pins
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, post_id)
) WITHOUT ROWID;
CREATE INDEX featured_post ON featured (post_id);

CREATE TABLE favourites (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  uri TEXT NOT NULL,                         -- of the Like
  created_at BIGINT NOT NULL,
  UNIQUE (post_id, account_id)
);
CREATE INDEX favourites_account ON favourites (account_id, id);
CREATE INDEX favourites_uri ON favourites (uri);

CREATE TABLE reactions (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  emoji TEXT NOT NULL,                       -- the character, or :name:
  url TEXT,                                  -- the picture of a custom emoji
  uri TEXT NOT NULL,                         -- of the EmojiReact, or Like with content
  created_at BIGINT NOT NULL,
  UNIQUE (post_id, account_id, emoji)
);
CREATE INDEX reactions_account ON reactions (account_id);
CREATE INDEX reactions_uri ON reactions (uri);

-- Timelines and notices.
CREATE TABLE home_entries (
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, post_id)
) WITHOUT ROWID;
CREATE INDEX home_entries_post ON home_entries (post_id);

CREATE TABLE notifications (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  type TEXT NOT NULL,                        -- Mastodon's: mention, status, reblog, follow, favourite, ...
  from_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL DEFAULT 0,         -- 0: none
  created_at BIGINT NOT NULL,
  UNIQUE (account_id, type, from_id, post_id)
);
CREATE INDEX notifications_account ON notifications (account_id, id);
CREATE INDEX notifications_post ON notifications (post_id) WHERE post_id <> 0;

CREATE TABLE idempotency_keys (
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  post_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, key)
) WITHOUT ROWID;

-- What is gone: to answer 410, and so that a Create that comes after its Delete stays out.
CREATE TABLE tombstones (
  uri TEXT NOT NULL PRIMARY KEY,
  former_type TEXT,
  local BOOLEAN NOT NULL,
  deleted_at BIGINT NOT NULL
);
CREATE INDEX tombstones_age ON tombstones (deleted_at) WHERE NOT local;

-- Queues. What came in: acknowledged with 202 once it is here. A done row stays a while, without its body, so
-- that the same activity is not taken twice.
CREATE TABLE received (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL,                         -- the activity's id
  actor_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  inbox_of BIGINT,                           -- the local account whose inbox it was; NULL: the shared one
  body BLOB,
  state TEXT NOT NULL,                       -- waiting | done | dead
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  error TEXT,
  received_at BIGINT NOT NULL,
  UNIQUE (uri, actor_id)
);
CREATE INDEX received_waiting ON received (actor_id, id) WHERE state = 'waiting';
CREATE INDEX received_queue ON received (next_at, id) WHERE state = 'waiting';
CREATE INDEX received_age ON received (received_at) WHERE state = 'done';
CREATE INDEX received_open ON received (state) WHERE state <> 'done';

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  key TEXT,                                  -- one waiting job per key, if given
  state TEXT NOT NULL DEFAULT 'waiting',     -- waiting | running | dead; a finished job's row is deleted
  run_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX jobs_key ON jobs (key) WHERE state = 'waiting' AND key IS NOT NULL;
CREATE INDEX jobs_queue ON jobs (run_at, id) WHERE state <> 'dead';

-- What goes out: an activity rendered once, and a row for each inbox that has not taken it yet.
CREATE TABLE activities (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  public BOOLEAN NOT NULL,                   -- anyone may GET it
  followers_only BOOLEAN NOT NULL DEFAULT FALSE, -- deliveries carry Collection-Synchronization (FEP-8fcf)
  document BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  fan_out_since BIGINT                       -- still to go to followers' inboxes, and to those left since then
);
CREATE INDEX activities_account ON activities (account_id, id);
CREATE INDEX activities_fan_out ON activities (account_id, id) WHERE fan_out_since IS NOT NULL;

-- In the order in which each host's lane takes them: one write finds its place beside what is read with it. No
-- foreign key to hosts: no host is ever deleted, and 10,000 rows should not lock 10,000 others.
CREATE TABLE deliveries (
  host_id BIGINT NOT NULL,
  activity_id BIGINT NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  inbox TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  error TEXT,
  PRIMARY KEY (host_id, activity_id, inbox)
) WITHOUT ROWID;
CREATE INDEX deliveries_activity ON deliveries (activity_id);

CREATE TABLE dead_letters (                  -- deliveries given up, and why
  host_id BIGINT NOT NULL,
  activity_id BIGINT NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  inbox TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  died_at BIGINT NOT NULL,
  PRIMARY KEY (host_id, activity_id, inbox)
) WITHOUT ROWID;
CREATE INDEX dead_letters_activity ON dead_letters (activity_id);
CREATE INDEX dead_letters_age ON dead_letters (died_at);

-- Which process holds which part of the id space (store/ids.py).
CREATE TABLE processes (
  slot INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  leased_until BIGINT NOT NULL
);
