-- Notices: grouped, held back by what people wish to hear, and pushed to their apps. The table is made anew: what a
-- notice is about, beside a post, is part of what makes it another one.
CREATE TABLE notifications_anew (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  type TEXT NOT NULL,                        -- Mastodon's: mention, status, reblog, follow, favourite, ...
  from_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL DEFAULT 0,         -- 0: none
  about_id BIGINT NOT NULL DEFAULT 0,        -- the report, severance, warning or collection; 0: none
  filtered BOOLEAN NOT NULL DEFAULT FALSE,   -- held back: the person asks for it if they care
  group_key TEXT,                            -- NULL: it stands alone
  created_at BIGINT NOT NULL,
  UNIQUE (account_id, type, from_id, post_id, about_id)
);
INSERT INTO notifications_anew (id, account_id, type, from_id, post_id, created_at)
SELECT id, account_id, type, from_id, post_id, created_at FROM notifications;
DROP TABLE notifications;
ALTER TABLE notifications_anew RENAME TO notifications;
CREATE INDEX notifications_account ON notifications (account_id, id);
CREATE INDEX notifications_post ON notifications (post_id) WHERE post_id <> 0;
CREATE INDEX notifications_from ON notifications (from_id, account_id);
CREATE INDEX notifications_group ON notifications (account_id, group_key, id) WHERE group_key IS NOT NULL;
CREATE INDEX notifications_filtered ON notifications (account_id, from_id) WHERE filtered;

-- What somebody wishes to hear, and from whom: accept | filter | drop. No row: as Mastodon begins.
CREATE TABLE notification_policies (
  account_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  for_not_following TEXT NOT NULL,
  for_not_followers TEXT NOT NULL,
  for_new_accounts TEXT NOT NULL,
  for_private_mentions TEXT NOT NULL,
  for_limited_accounts TEXT NOT NULL
);

-- Whose notices are never held back: their request was accepted.
CREATE TABLE notification_permissions (
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  from_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, from_id)
) WITHOUT ROWID;
CREATE INDEX notification_permissions_from ON notification_permissions (from_id);

-- Whose mentions are held back, to be asked about.
CREATE TABLE notification_requests (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  from_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  last_post_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (account_id, from_id)
);
CREATE INDEX notification_requests_account ON notification_requests (account_id, id);
CREATE INDEX notification_requests_from ON notification_requests (from_id);

-- Requests accepted whose notices a job is still to put among the others.
CREATE TABLE notification_merges (
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  from_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, from_id)
) WITHOUT ROWID;
CREATE INDEX notification_merges_from ON notification_merges (from_id);

-- Where an app wants to be woken: one for each token (Web Push, RFC 8030).
CREATE TABLE push_subscriptions (
  id INTEGER PRIMARY KEY,
  token_id BIGINT NOT NULL UNIQUE REFERENCES tokens (id) ON DELETE CASCADE,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  endpoint TEXT NOT NULL,
  p256dh TEXT NOT NULL,                      -- the app's public key, base64url
  auth TEXT NOT NULL,                        -- its secret, base64url
  standard BOOLEAN NOT NULL,                 -- RFC 8291; else the fourth draft of it, as older apps read
  alerts TEXT NOT NULL,                      -- the types it wants, a JSON list
  policy TEXT NOT NULL,                      -- all | followed | follower | none: from whom
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX push_subscriptions_user ON push_subscriptions (user_id);

-- The key that says to push services who we are (RFC 8292); one row.
CREATE TABLE vapid_keys (
  id INTEGER PRIMARY KEY,
  public_key TEXT NOT NULL,                  -- base64url of the point
  private_pem TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
