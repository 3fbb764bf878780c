-- What streams tell: written with the fact, read by every process, forgotten after a few minutes.
CREATE TABLE events (
  /*sqlite id INTEGER PRIMARY KEY AUTOINCREMENT, */
  /*postgresql id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, */
  kind TEXT NOT NULL,                        -- Mastodon's: update, status.update, delete, notification, ...
  subject_id BIGINT NOT NULL,                -- the post, notice or conversation
  account_id BIGINT,                         -- whom it is for; NULL: whoever has the subject in a timeline
  payload TEXT,                              -- what cannot be looked up any more, as JSON
  created_at BIGINT NOT NULL
);
CREATE INDEX events_age ON events (created_at);
