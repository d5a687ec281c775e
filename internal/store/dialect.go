package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"       // the PostgreSQL driver
	_ "github.com/ncruces/go-sqlite3/driver" // the SQLite driver
	"github.com/pressly/goose/v3"

	"throughline/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// dialect is what truly differs between the two engines. Everything else is one SQL text.
type dialect struct {
	name      string
	goose     goose.Dialect
	byBytes   []string // makes ids compare byte by byte, as in SQLite: to compare in the order of a language takes a sixth of a walk's time
	forUpdate string   // added to a select that is about to be written back

	above string // begins a statement with the table "above": the ids of an object, its second argument, and of all that rests on it

	atOnce int      // how many rows are asked for by their ids in one statement
	wipe   []string // run after words were removed: empties SQLite's log, unless somebody reads just then; nobody waits for it
	insert string   // of many rows, where what fails is taken back with the whole transaction

	searched []string // the tables of the index of words
	linked   []string // keeps each link once, in the order of its key, where the engine can

	known  []string // tells SQLite's planner what studies are like; see whatIsKnown
	settle string   // run after much has changed: tells PostgreSQL's planner what is there, and what an index can answer alone
}

var (
	// What rests on an object: of a part its owner tells it, of all else the table of links. Each engine reads both by index only
	// when it is asked in its own way, SQLite with two branches and cross joins, whose order it keeps, PostgreSQL with one.
	sqlite = dialect{above: `with recursive above (id) as (select id from object where study = $1 and id = $2
			union select l.from_id from above w cross join link l where l.study = $1 and l.to_id = w.id
			union select o.id from above w cross join object o where o.study = $1 and o.owner = w.id and o.kind in (` + parts + `)) `,
		name: "SQLite", goose: goose.DialectSQLite3, known: whatIsKnown, atOnce: 200, insert: "insert or fail into",
		wipe:     []string{`pragma busy_timeout(0)`, `pragma wal_checkpoint(truncate)`, `pragma busy_timeout(10000)`},
		searched: searched("blob", leaveFTS5...), linked: []string{
			`create table link_in_order (study text not null, from_id text not null, to_id text not null, role text not null, primary key (study, from_id, to_id, role), foreign key (study, from_id) references object (study, id) deferrable initially deferred) without rowid`,
			`insert into link_in_order select study, from_id, to_id, role from link order by study, from_id, to_id, role`,
			`drop table link`, `alter table link_in_order rename to link`, `create index link_up on link (study, to_id, from_id)`,
		}}
	postgres = dialect{above: `with recursive above (id) as (select id from object where study = $1 and id = $2
			union select x.id from above w cross join lateral (select l.from_id from link l where l.study = $1 and l.to_id = w.id
				union all select o.id from object o where o.study = $1 and o.owner = w.id and o.kind in (` + parts + `)) x (id)) `,
		name: "PostgreSQL", goose: goose.DialectPostgres, forUpdate: " for update", settle: "vacuum (analyze)", atOnce: 5000, insert: "insert into",
		searched: searched("bytea", `drop table if exists paragraph_words`, `alter table search_page alter body set storage external`), byBytes: []string{
			`alter table study alter slug type text collate "C"`,
			`alter table object alter study type text collate "C", alter id type text collate "C", alter owner type text collate "C", alter case_id type text collate "C"`,
			`alter table link alter study type text collate "C", alter from_id type text collate "C", alter to_id type text collate "C"`,
			`alter table document_text alter study type text collate "C", alter document type text collate "C"`,
		}}
)

// searched makes the tables of the index of words anew, with what its pages are for an engine. What they hold is made from
// the texts before the next search.
func searched(bytes string, more ...string) []string {
	return append([]string{
		`drop table if exists paragraph`, `drop table if exists searched`, `drop table if exists searched_to`, `drop table if exists search_word`,
		// The paragraphs of the documents as they stand, numbered in each study.
		`create table paragraph (study text not null, n bigint not null, document text not null, start_at bigint not null, end_at bigint not null, body text not null, primary key (study, n))`,
		// Which texts are in it, which numbers their paragraphs have, and by what they are filtered.
		`create table searched (study text not null, document text not null, mark text not null, first_n bigint not null, next_n bigint not null, case_id text not null, language text not null, kind text not null, primary key (study, document))`,
		// Up to where the journal of a study was looked through for changes, and the number of the next paragraph.
		`create table searched_to (study text not null primary key, seq bigint not null, next_n bigint not null)`,
		// The words of a group of paragraphs: see internal/search.
		`create table search_page (study text not null, shelf bigint not null, grp bigint not null, body ` + bytes + ` not null, primary key (study, shelf, grp))`,
		// The words that occur, for words that are spelled about like another.
		`create table search_word (study text not null, length bigint not null, text text not null, primary key (study, length, text))`,
	}, more...)
}

// whatIsKnown is what SQLite's planner goes by in every database: how many rows each index has, and how many of them share
// its first column, its first two and so on, as in large studies, five to a database. So the same statement is always run
// the same way, and nothing is counted after an import. The numbers keep statements on the index that fits them; their size
// matters less than how they compare.
var whatIsKnown = []string{
	`analyze sqlite_schema`, // makes the tables of it without looking at others
	`delete from sqlite_stat1`, `delete from sqlite_stat4`,
	`insert into sqlite_stat1 (tbl, idx, stat) values
		('study', 'sqlite_autoindex_study_1', '5 1'),
		('object', 'sqlite_autoindex_object_1', '1000000 200000 1'),
		('object', 'object_kind', '1000000 200000 4000 400'),
		('object', 'object_owner', '1000000 200000 4 4'),
		('object', 'object_part', '1000 200 200 20'),
		('link', 'link', '1500000 300000 2 1 1'),
		('link', 'link_up', '1500000 300000 5 1'),
		('document_text', 'sqlite_autoindex_document_text_1', '10000 2000 1 1'),
		('journal', 'sqlite_autoindex_journal_1', '1000000 200000 1'),
		('journal', 'journal_id', '1000000 200000 1'),
		('journal_head', 'sqlite_autoindex_journal_head_1', '5 1')`,
	`analyze sqlite_schema`, // reads them
}

// leaveFTS5 takes away a table of SQLite's full-text index without having that index in the program: its name, then what it
// kept, which are tables like others.
var leaveFTS5 = []string{`pragma writable_schema = on`, `delete from sqlite_schema where type = 'table' and name = 'paragraph_words'`, `pragma writable_schema = reset`,
	`drop table if exists paragraph_words_data`, `drop table if exists paragraph_words_idx`, `drop table if exists paragraph_words_docsize`, `drop table if exists paragraph_words_config`}

// text gives a statement as the engine reads it: SQLite's driver binds $n by order of appearance, so it gets ?n. Our
// statements have no other dollar: what people write is always an argument.
func (d dialect) text(q string) string {
	if d.name == sqlite.name {
		return strings.ReplaceAll(q, "$", "?")
	}
	return q
}

// sqliteSource is the data source name of an embedded database. Pages of 8 kB, for files made from now on, hold rows and
// indexes of our size with a third less work than the usual 4 kB. WAL with synchronous=FULL loses no acknowledged write in
// a power cut (NORMAL does); secure_delete overwrites what is deleted; trusted_schema=off and foreign_keys=on keep a
// tampered file from doing more than it may.
func sqliteSource(path string, readOnly bool) string {
	pragmas := []string{"busy_timeout(10000)", "page_size(8192)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(on)", "secure_delete(on)",
		"trusted_schema(off)", "temp_store(memory)", "cache_size(-32000)"}
	if readOnly {
		pragmas = append(pragmas, "query_only(on)")
	}
	v := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + v.Encode()
}

func openSQLite(ctx context.Context, path string, now time.Time) (write, read *sql.DB, err error) {
	fresh := false
	if fi, err := os.Stat(path); os.IsNotExist(err) {
		fresh = true
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, nil, fault.Wrap(fault.Unavailable, err, "The data folder %s cannot be made. Check that the disk has room and that you may write there.", filepath.Dir(path))
		}
	} else if err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, err, "The database file %s cannot be read. Check its permissions.", path)
	} else if fi.IsDir() {
		return nil, nil, fault.New(fault.Usage, "%s is a folder; a database file was expected.", path)
	}
	write, err = sql.Open("sqlite3", sqliteSource(path, false))
	if err != nil {
		return nil, nil, fmt.Errorf("open SQLite: %w", err)
	}
	write.SetMaxOpenConns(1)
	if !fresh && !asLeft(path, now) {
		if err := quickCheck(ctx, write, path); err != nil {
			write.Close()
			return nil, nil, err
		}
		leave(path, now)
	} else if err := write.PingContext(ctx); err != nil {
		write.Close()
		return nil, nil, explain(err)
	}
	if fresh {
		leave(path, now)
	}
	_ = os.Chmod(path, 0o600) // the file holds interviews; where the file system has no permissions, nothing is lost
	read, err = sql.Open("sqlite3", sqliteSource(path, true))
	if err != nil {
		write.Close()
		return nil, nil, fmt.Errorf("open SQLite: %w", err)
	}
	read.SetMaxOpenConns(4)
	read.SetMaxIdleConns(4)
	return write, read, nil
}

// quickCheck refuses a damaged file before anything is written to it.
func quickCheck(ctx context.Context, db *sql.DB, path string) error {
	var verdict string
	err := db.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&verdict)
	if err == nil && verdict == "ok" {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("quick_check: %s", verdict)
	}
	if kind := fault.Of(explain(err)); kind == fault.Unavailable {
		return explain(err)
	}
	return fault.Wrap(fault.Damaged, err, "The database file %s is damaged, or is not a Throughline database, and was not opened. Keep a copy of it and of the files beside it, "+
		"then restore the latest backup; or import your latest exported study folder into a new data folder with --data.", path)
}

func openPostgres(ctx context.Context, dsn string, _ time.Time) (write, read *sql.DB, err error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Usage, err, "The address of the PostgreSQL database cannot be read. Expected postgres://user@host:port/name.")
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, nil, fault.Wrap(fault.Unavailable, err, "PostgreSQL does not answer. Check that it runs, and the address and name in --database.")
	}
	return db, db, nil
}

func migrate(ctx context.Context, d dialect, db *sql.DB) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	// The steps that have no text for both engines. 9 made indexes of the engines' own, which 10 left.
	step := func(version int64, list []string) *goose.Migration {
		return goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			for _, q := range list {
				if _, err := tx.ExecContext(ctx, q); err != nil {
					return err
				}
			}
			return nil
		}}, nil)
	}
	p, err := goose.NewProvider(d.goose, db, sub, goose.WithGoMigrations(step(3, d.byBytes), step(9, nil), step(10, d.searched), step(12, d.linked), step(14, d.known)))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return explain(fmt.Errorf("read schema version: %w", err))
	}
	if current > target {
		return fault.New(fault.Damaged, "The database was written by a newer version of Throughline (schema %d; this program knows %d). Use that version or a newer one.", current, target)
	}
	if current == target {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return explain(fmt.Errorf("migrate schema: %w", err))
	}
	return nil
}

// explain gives an error of an engine the kind it has for us.
func explain(err error) error {
	if err == nil {
		return nil
	}
	text := strings.ToLower(err.Error())
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(text, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("database or disk is full", "no space left", "sqlstate 53100"):
		return fault.Wrap(fault.Unavailable, err, "The disk is full. Nothing of this change was saved, and everything saved before is safe. Make room, then try again.")
	case has("disk i/o error", "readonly database", "read-only file system", "unable to open database file"):
		return fault.Wrap(fault.Unavailable, err, "The database file cannot be written. Check the disk and the permissions of the data folder, then try again.")
	case has("database is locked", "database table is locked"):
		return fault.Wrap(fault.Unavailable, err, "Another program holds the database. Close it, or wait a moment, then try again.")
	case has("malformed", "not a database"):
		return fault.Wrap(fault.Damaged, err, "The database file is damaged. Stop the program, keep a copy of the file, and restore the latest backup.")
	case has("connection refused", "connection reset", "broken pipe", "unexpected eof", "failed to connect", "no such file or directory", "bad connection", "conn closed", "sqlstate 57p", "sqlstate 08", "sqlstate 55000", "the database system is"):
		return fault.Wrap(fault.Unavailable, err, "The database does not answer just now. Nothing of this change was saved. Try again in a moment.")
	}
	return err
}
