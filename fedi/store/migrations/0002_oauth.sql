-- Apps and what they were allowed, browsers that are signed in, second factors, letters, invitations. What proves
-- something (a token, a code, a cookie) is shown once and kept as its SHA-256.

CREATE TABLE apps (
  id INTEGER PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE,
  secret_hash BLOB NOT NULL,
  confidential BOOLEAN NOT NULL,             -- keeps its secret; others prove themselves by PKCE
  name TEXT NOT NULL,
  website TEXT,
  redirect_uris TEXT NOT NULL,               -- JSON
  scopes TEXT NOT NULL,                      -- the most it may ask for, separated by spaces
  created_at BIGINT NOT NULL
);

-- An app's tokens for people: NULL is a token that the command line made.
ALTER TABLE tokens ADD COLUMN app_id BIGINT REFERENCES apps (id) ON DELETE CASCADE;
ALTER TABLE tokens ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX tokens_app ON tokens (app_id) WHERE app_id IS NOT NULL;

CREATE TABLE app_tokens (                    -- an app's tokens for itself (client credentials)
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  app_id BIGINT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX app_tokens_app ON app_tokens (app_id);

CREATE TABLE authorization_codes (
  hash BLOB NOT NULL PRIMARY KEY,
  app_id BIGINT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  redirect_uri TEXT NOT NULL,
  scopes TEXT NOT NULL,
  challenge TEXT,                            -- PKCE, S256
  expires_at BIGINT NOT NULL,
  token_id BIGINT                            -- what it was changed for; a second try revokes that
) WITHOUT ROWID;
CREATE INDEX authorization_codes_app ON authorization_codes (app_id);
CREATE INDEX authorization_codes_user ON authorization_codes (user_id);
CREATE INDEX authorization_codes_age ON authorization_codes (expires_at);

-- Browsers.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,                 -- of the cookie
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  pending BOOLEAN NOT NULL,                  -- the password was right, the second factor is awaited
  user_agent TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_age ON sessions (expires_at);

CREATE TABLE totp (
  user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  secret TEXT NOT NULL,
  confirmed_at BIGINT,                       -- NULL: shown, and not proven yet
  last_step BIGINT NOT NULL DEFAULT 0        -- no code is good twice (RFC 6238 section 5.2)
);

CREATE TABLE recovery_codes (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  hash BLOB NOT NULL,
  PRIMARY KEY (user_id, hash)
) WITHOUT ROWID;

CREATE TABLE passkeys (
  id INTEGER PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  credential BLOB NOT NULL UNIQUE,
  public_key BLOB NOT NULL,
  sign_count BIGINT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX passkeys_user ON passkeys (user_id);

CREATE TABLE passkey_challenges (
  hash BLOB NOT NULL PRIMARY KEY,            -- of the cookie of the browser that was asked
  challenge BLOB NOT NULL,
  expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX passkey_challenges_age ON passkey_challenges (expires_at);

-- Letters: what a link in one proves.
CREATE TABLE letter_tokens (
  hash BLOB NOT NULL PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL,                     -- confirm | reset
  email TEXT NOT NULL,                       -- where it was sent: a link to an old address is none
  expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX letter_tokens_user ON letter_tokens (user_id);
CREATE INDEX letter_tokens_age ON letter_tokens (expires_at);

CREATE TABLE invites (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  domain_id BIGINT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  user_id BIGINT REFERENCES users (id) ON DELETE SET NULL, -- who invites; NULL: whoever runs the server
  max_uses BIGINT,
  uses BIGINT NOT NULL DEFAULT 0,
  expires_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX invites_user ON invites (user_id);
CREATE INDEX invites_domain ON invites (domain_id);

-- How people came.
ALTER TABLE users ADD COLUMN approved BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE users ADD COLUMN reason TEXT;
ALTER TABLE users ADD COLUMN sign_up_app_id BIGINT REFERENCES apps (id) ON DELETE SET NULL;
ALTER TABLE users ADD COLUMN sign_up_address TEXT;
ALTER TABLE users ADD COLUMN invite_id BIGINT REFERENCES invites (id) ON DELETE SET NULL;
ALTER TABLE users ADD COLUMN age_checked_at BIGINT;
CREATE INDEX users_waiting ON users (created_at) WHERE NOT approved;
CREATE INDEX users_invite ON users (invite_id) WHERE invite_id IS NOT NULL;
CREATE INDEX users_sign_up_app ON users (sign_up_app_id) WHERE sign_up_app_id IS NOT NULL;
