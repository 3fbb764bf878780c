-- What this server says of itself, and what belongs to it: words, emojis, announcements, collections, years in review.

-- What admins set while the server runs: see social/site.py for the keys. One value for each domain hosted here.
CREATE TABLE site (
  domain_id BIGINT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,                       -- JSON
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (domain_id, key)
) WITHOUT ROWID;

CREATE TABLE custom_emojis (
  id INTEGER PRIMARY KEY,
  domain_id BIGINT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  shortcode TEXT NOT NULL,
  url TEXT NOT NULL,
  static_url TEXT NOT NULL,                  -- without movement
  category TEXT,
  visible_in_picker BOOLEAN NOT NULL DEFAULT TRUE,
  disabled BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (domain_id, shortcode)
);

CREATE TABLE announcements (
  id INTEGER PRIMARY KEY,
  domain_id BIGINT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  text TEXT NOT NULL,                        -- as it was typed
  content TEXT NOT NULL,                     -- HTML
  emojis TEXT NOT NULL DEFAULT '[]',
  mentions TEXT NOT NULL DEFAULT '[]',
  tags TEXT NOT NULL DEFAULT '[]',
  all_day BOOLEAN NOT NULL DEFAULT FALSE,
  starts_at BIGINT,
  ends_at BIGINT,
  published_at BIGINT,                       -- NULL: a draft; later than now: it waits
  updated_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX announcements_domain ON announcements (domain_id, id);
CREATE TABLE announcement_dismissals (
  announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (announcement_id, account_id)
) WITHOUT ROWID;
CREATE INDEX announcement_dismissals_account ON announcement_dismissals (account_id);
CREATE TABLE announcement_reactions (
  announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,                        -- a character, or the shortcode of a custom emoji
  created_at BIGINT NOT NULL,
  PRIMARY KEY (announcement_id, name, account_id)
) WITHOUT ROWID;
CREATE INDEX announcement_reactions_account ON announcement_reactions (account_id);

-- Who was here on which day (since 1970). A trigger: whatever notes that somebody is here counts.
CREATE TABLE visits (
  day BIGINT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (day, user_id)
) WITHOUT ROWID;
CREATE INDEX visits_user ON visits (user_id, day);
/*sqlite
CREATE TRIGGER visit_noted AFTER UPDATE OF seen_at ON users BEGIN
  INSERT INTO visits (day, user_id) VALUES (new.seen_at / 86400000, new.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER visit_began AFTER INSERT ON users BEGIN
  INSERT INTO visits (day, user_id) VALUES (new.seen_at / 86400000, new.id) ON CONFLICT DO NOTHING;
END;
*/
/*postgresql
CREATE FUNCTION note_visit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO visits (day, user_id) VALUES (NEW.seen_at / 86400000, NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER visit_noted AFTER INSERT OR UPDATE OF seen_at ON users FOR EACH ROW EXECUTE FUNCTION note_visit();
*/

-- People whom a person recommends together.
CREATE TABLE collections (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  url TEXT,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  local BOOLEAN NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  language TEXT,
  tag TEXT,                                  -- in lower case, without #
  sensitive BOOLEAN NOT NULL,
  discoverable BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX collections_account ON collections (account_id, id);
CREATE TABLE collection_items (
  id INTEGER PRIMARY KEY,
  collection_id BIGINT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  state TEXT NOT NULL,                       -- pending | accepted | rejected | revoked
  created_at BIGINT NOT NULL,
  UNIQUE (collection_id, account_id)
);
CREATE INDEX collection_items_account ON collection_items (account_id, id);

CREATE TABLE annual_reports (
  account_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  year INTEGER NOT NULL,
  schema_version INTEGER NOT NULL,
  data TEXT NOT NULL,                        -- JSON, Mastodon's
  viewed_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, year)
) WITHOUT ROWID;
