-- Moderation: reports, what was decided about accounts, who may come in, and who did what.

-- Reports by people here and Flags of other servers.
CREATE TABLE reports (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,                  -- of the Flag
  reporter_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  post_ids TEXT NOT NULL DEFAULT '[]',       -- JSON; they stay where a post is deleted
  collection_ids TEXT NOT NULL DEFAULT '[]',
  rule_ids TEXT NOT NULL DEFAULT '[]',
  category TEXT NOT NULL DEFAULT 'other',    -- spam | legal | violation | other
  comment TEXT NOT NULL DEFAULT '',
  forwarded BOOLEAN NOT NULL DEFAULT FALSE,
  assigned_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
  action_taken_at BIGINT,
  action_taken_by_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
INSERT INTO reports (id, uri, reporter_id, target_id, comment, created_at, updated_at, post_ids)
SELECT id, uri, reporter_id, target_id, content, created_at, created_at, COALESCE((
  /*sqlite SELECT json_group_array(p.id) FROM posts p WHERE p.uri IN (SELECT value FROM json_each(f.post_uris)) */
  /*postgresql SELECT CAST(json_agg(p.id) AS TEXT) FROM posts p
    WHERE p.uri IN (SELECT json_array_elements_text(CAST(f.post_uris AS JSON))) */
), '[]') FROM flags f;
DROP TABLE flags;
CREATE INDEX reports_target ON reports (target_id, id);
CREATE INDEX reports_reporter ON reports (reporter_id, id);
CREATE INDEX reports_open ON reports (id) WHERE action_taken_at IS NULL;
CREATE INDEX reports_created ON reports (created_at);
CREATE INDEX reports_resolved ON reports (action_taken_at) WHERE action_taken_at IS NOT NULL;
CREATE INDEX reports_assigned ON reports (assigned_id) WHERE assigned_id IS NOT NULL;
CREATE INDEX reports_taken_by ON reports (action_taken_by_id) WHERE action_taken_by_id IS NOT NULL;

ALTER TABLE accounts ADD COLUMN sensitized_at BIGINT;
CREATE INDEX accounts_suspended ON accounts (id) WHERE suspended_at IS NOT NULL;
CREATE INDEX accounts_silenced ON accounts (id) WHERE silenced_at IS NOT NULL;
CREATE INDEX accounts_of_domain ON accounts (domain);

-- Warnings (strikes), and what people say against them.
CREATE TABLE warnings (
  id INTEGER PRIMARY KEY,
  target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL, -- the moderator
  report_id BIGINT REFERENCES reports (id) ON DELETE SET NULL,
  action TEXT NOT NULL,                      -- none | disable | sensitive | silence | suspend | ...
  text TEXT NOT NULL DEFAULT '',
  post_ids TEXT NOT NULL DEFAULT '[]',
  created_at BIGINT NOT NULL,
  overruled_at BIGINT
);
CREATE INDEX warnings_target ON warnings (target_id, id);
CREATE INDEX warnings_report ON warnings (report_id) WHERE report_id IS NOT NULL;
CREATE INDEX warnings_account ON warnings (account_id) WHERE account_id IS NOT NULL;

CREATE TABLE appeals (
  id INTEGER PRIMARY KEY,
  warning_id BIGINT NOT NULL UNIQUE REFERENCES warnings (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  approved_at BIGINT,
  rejected_at BIGINT,
  decided_by_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX appeals_account ON appeals (account_id);
CREATE INDEX appeals_decided_by ON appeals (decided_by_id) WHERE decided_by_id IS NOT NULL;
CREATE INDEX appeals_open ON appeals (id) WHERE approved_at IS NULL AND rejected_at IS NULL;

CREATE TABLE warning_presets (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Who did what to whom when. Names are kept as they were: what they name may be gone.
CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY,
  account_id BIGINT,                         -- NULL: the command line
  action TEXT NOT NULL,                      -- suspend, unsuspend, create, destroy, resolve, ...
  target_type TEXT NOT NULL,                 -- Account, Report, DomainBlock, ...
  target_id BIGINT,
  target_name TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '{}',         -- JSON
  created_at BIGINT NOT NULL
);
CREATE INDEX audit_log_target ON audit_log (target_type, target_id);
CREATE INDEX audit_log_account ON audit_log (account_id);

-- Follows that people here lost because of what a moderator, or they themselves, decided.
CREATE TABLE severances (
  id INTEGER PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  type TEXT NOT NULL,                        -- domain_block | user_domain_block | account_suspension
  target_name TEXT NOT NULL,
  followers_count BIGINT NOT NULL,
  following_count BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX severances_account ON severances (account_id, id);

-- Domain blocks get ids, and more that they can do.
CREATE TABLE domain_rules (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,                 -- normalised; blocks its subdomains too
  severity TEXT NOT NULL,                    -- suspend | silence | noop
  reject_media BOOLEAN NOT NULL DEFAULT FALSE,
  reject_reports BOOLEAN NOT NULL DEFAULT FALSE,
  private_comment TEXT,
  public_comment TEXT,
  obfuscate BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL
);
INSERT INTO domain_rules (id, name, severity, private_comment, created_at)
SELECT created_at * 65536 + (SELECT COUNT(*) FROM domain_blocks o WHERE o.name < d.name), name, severity,
  NULLIF(reason, ''), created_at FROM domain_blocks d;
DROP TABLE domain_blocks;
ALTER TABLE domain_rules RENAME TO domain_blocks;

CREATE TABLE domain_allows (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);

-- Who may sign up.
CREATE TABLE email_domain_blocks (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  allow_with_approval BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL
);
CREATE TABLE email_domain_block_uses (       -- attempts to sign up with such an address, by day and from where
  block_id BIGINT NOT NULL REFERENCES email_domain_blocks (id) ON DELETE CASCADE,
  day BIGINT NOT NULL,                       -- since 1970
  ip TEXT NOT NULL,
  uses BIGINT NOT NULL,
  PRIMARY KEY (block_id, day, ip)
) WITHOUT ROWID;
CREATE TABLE canonical_email_blocks (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,                 -- SHA-256 in hexadecimal of the canonical address
  account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE, -- whose address it was; suspended while it is blocked
  created_at BIGINT NOT NULL
);
CREATE INDEX canonical_email_blocks_account ON canonical_email_blocks (account_id) WHERE account_id IS NOT NULL;
CREATE TABLE ip_blocks (
  id INTEGER PRIMARY KEY,
  ip TEXT NOT NULL UNIQUE,                   -- a network: 192.0.2.0/24
  severity TEXT NOT NULL,                    -- sign_up_requires_approval | sign_up_block | no_access
  comment TEXT NOT NULL DEFAULT '',
  expires_at BIGINT,
  created_at BIGINT NOT NULL
);
