-- Files: uploads of people here, profile pictures, and copies of what is on other servers.

-- What people uploaded. A row that no post uses is dropped once `spare_at` has passed.
CREATE TABLE media (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT REFERENCES posts (id) ON DELETE SET NULL,
  state TEXT NOT NULL,                       -- processing | ready | failed
  type TEXT NOT NULL,                        -- Mastodon's: image | gifv | video | audio
  base TEXT NOT NULL,                        -- what the addresses of its files start with
  file TEXT,                                 -- names in the storage
  preview TEXT,
  source TEXT,                               -- as it was sent, until it is processed
  media_type TEXT,
  description TEXT,
  focus_x DOUBLE PRECISION,
  focus_y DOUBLE PRECISION,
  width INTEGER,
  height INTEGER,
  blurhash TEXT,
  meta TEXT NOT NULL DEFAULT '{}',           -- Mastodon's
  spare_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX media_post ON media (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX media_account ON media (account_id, id);
CREATE INDEX media_spare ON media (spare_at) WHERE post_id IS NULL;

-- Every file in the storage, named here before it is written: one that nothing uses is found, whatever stopped.
CREATE TABLE media_files (
  name TEXT NOT NULL PRIMARY KEY,
  bytes BIGINT NOT NULL,
  account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
  media_id BIGINT REFERENCES media (id) ON DELETE SET NULL,
  profile TEXT,                              -- avatar | header: it is the account's
  spare_at BIGINT NOT NULL                   -- without a use from then on, it goes
);
CREATE INDEX media_files_account ON media_files (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX media_files_media ON media_files (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX media_files_spare ON media_files (spare_at)
  WHERE media_id IS NULL AND (profile IS NULL OR account_id IS NULL);

-- Copies of other servers' files. What is being fetched counts as much as it may become.
CREATE TABLE media_copies (
  key TEXT NOT NULL PRIMARY KEY,             -- SHA-256 of the address
  name TEXT,                                 -- in the storage
  state TEXT NOT NULL,                       -- coming | here | failed | going
  media_type TEXT,
  bytes BIGINT NOT NULL,
  profile BOOLEAN NOT NULL,                  -- avatars, headers and emojis are the last to go
  used_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX media_copies_use ON media_copies (profile, used_at) WHERE state = 'here';
CREATE INDEX media_copies_open ON media_copies (changed_at) WHERE state <> 'here';
CREATE TABLE media_totals (                  -- bytes of all copies: asked before each is fetched
  id INTEGER PRIMARY KEY,
  bytes BIGINT NOT NULL
);

-- What signs the addresses of copies, so that our proxy fetches nothing that we did not show.
ALTER TABLE domains ADD COLUMN media_key TEXT NOT NULL DEFAULT '';
UPDATE domains SET media_key = /*sqlite lower(hex(randomblob(32))) */
  /*postgresql replace(CAST(gen_random_uuid() AS TEXT) || CAST(gen_random_uuid() AS TEXT), '-', '') */;
