-- Tables as Taguette 1.5 makes them (BSD-3-Clause, github.com/remram44/taguette, taguette/database/models.py); the rows are made up.
CREATE TABLE users (login VARCHAR(30) NOT NULL, created DATETIME NOT NULL, hashed_password VARCHAR(192), disabled BOOLEAN NOT NULL, password_set_date DATETIME, language VARCHAR(10), email VARCHAR(256), email_sent DATETIME, CONSTRAINT pk_users PRIMARY KEY (login));
CREATE TABLE projects (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL, description TEXT NOT NULL, created DATETIME NOT NULL);
CREATE TABLE documents (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL, description TEXT NOT NULL, filename VARCHAR(200) NOT NULL, created DATETIME NOT NULL, project_id INTEGER NOT NULL, text_direction VARCHAR(13) NOT NULL, contents TEXT NOT NULL, CONSTRAINT fk_documents_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE);
CREATE TABLE commands (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, date DATETIME NOT NULL, user_login VARCHAR(30) NOT NULL, project_id INTEGER NOT NULL, document_id INTEGER, payload TEXT NOT NULL);
CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL, path VARCHAR(200) NOT NULL, description TEXT NOT NULL, CONSTRAINT uq_tags_project_id UNIQUE (project_id, path));
CREATE TABLE highlights (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, document_id INTEGER NOT NULL, start_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL, snippet TEXT NOT NULL);
CREATE INDEX ix_highlights_document_id ON highlights (document_id);
CREATE TABLE highlight_tags (highlight_id INTEGER NOT NULL, tag_id INTEGER NOT NULL, CONSTRAINT pk_highlight_tags PRIMARY KEY (highlight_id, tag_id));
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO projects VALUES (1, 'Square', 'What the square saw', '2026-01-02 03:04:05.678901');
INSERT INTO users VALUES ('ana', '2026-01-02 03:04:05', NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO tags VALUES (1, 1, 'Tactics', 'How'), (2, 1, 'Tactics.Street', ''), (3, 1, 'Actors.Youth', '');
INSERT INTO documents VALUES (1, 'Notes', 'Of Friday', 'notes.docx', '2026-01-02 03:04:05.000001', 1, 'LEFT_TO_RIGHT', '<p>The <b>square</b> filled.</p><p>👏 ประชาชน came.</p><table><tr><td>a</td><td>bee</td></tr></table>');
INSERT INTO highlights VALUES (1, 1, 0, 18, '<p>The <b>square</b> filled.</p>'), (2, 1, 23, 44, '<p>ประชาชน</p>'), (3, 1, 4, 10, '<p><b>square</b></p>'), (4, 1, 51, 54, '<p>bee</p>'), (5, 1, 900, 910, '<p>nowhere</p>');
INSERT INTO highlight_tags VALUES (1, 1), (1, 2), (2, 3), (3, 1);
INSERT INTO commands VALUES (1, '2026-01-02 03:04:05', 'ana', 1, 1, '{"type": "highlight_add", "highlight_id": 1, "start_offset": 0, "end_offset": 18, "tags": [1, 2]}');
