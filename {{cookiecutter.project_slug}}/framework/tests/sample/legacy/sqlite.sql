-- A database of others on SQLite: every type and relation, and names that are hard.
CREATE TABLE ports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(200) NOT NULL UNIQUE,
    berths SMALLINT NOT NULL DEFAULT 7 CHECK (berths > 0),
    notes TEXT DEFAULT 'it''s 100% :fine "really" \ {}'
);
CREATE TABLE ships (
    id INTEGER PRIMARY KEY,
    port_id BIGINT REFERENCES ports (id) ON DELETE SET NULL ON UPDATE CASCADE,
    name VARCHAR(20) NOT NULL DEFAULT 'unnamed',
    code CHAR(3),
    crew BIGINT NOT NULL DEFAULT -1,
    price NUMERIC(10, 2) NOT NULL DEFAULT 1.50,
    speed DOUBLE,
    drag FLOAT,
    ratio REAL,
    armed BOOLEAN NOT NULL DEFAULT 1,
    built DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    rebuilt TIMESTAMP,
    day DATE NOT NULL DEFAULT '2024-01-01',
    alarm TIME,
    token TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    data JSON NOT NULL DEFAULT '{"a": 1}',
    image BLOB,
    double_crew BIGINT GENERATED ALWAYS AS (crew * 2) STORED,
    half_crew BIGINT GENERATED ALWAYS AS (crew / 2) VIRTUAL,
    captain_id INTEGER UNIQUE REFERENCES officers,
    CONSTRAINT price_range CHECK (price > 0 AND price < 1000000 AND name <> 'it''s :not' AND code <> '%'),
    CONSTRAINT name_and_code UNIQUE (name, code),
    UNIQUE (crew, code)
);
CREATE INDEX ix_ships_port_id ON ships (port_id);
CREATE UNIQUE INDEX ships_armed ON ships (name) WHERE armed AND name <> 'x:y';

CREATE TABLE officers (
    id INTEGER PRIMARY KEY,
    ship_id INTEGER NOT NULL REFERENCES ships (id) ON DELETE CASCADE,
    home_id INTEGER,
    superior_id INTEGER REFERENCES officers,
    rank VARCHAR(4) CHECK (rank IN ('low', 'high')),
    sealed INTEGER CHECK (sealed IN (0, 1)),
    CONSTRAINT officers_home FOREIGN KEY (home_id) REFERENCES ships (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE ship_papers (
    ship_id INTEGER PRIMARY KEY REFERENCES ships,
    sealed BOOLEAN
);
CREATE TABLE tags (
    id VARCHAR(3) NOT NULL PRIMARY KEY,
    label VARCHAR(20) NOT NULL
) WITHOUT ROWID;
CREATE TABLE ship_tags (
    ship_id INTEGER NOT NULL REFERENCES ships (id) ON DELETE CASCADE,
    tag_id VARCHAR(3) NOT NULL REFERENCES tags,
    PRIMARY KEY (ship_id, tag_id)
);
CREATE TABLE allies (
    ship_id INTEGER NOT NULL REFERENCES ships,
    ally_id INTEGER NOT NULL REFERENCES ships,
    UNIQUE (ship_id, ally_id)
);
CREATE TABLE decks (
    ship_id INTEGER NOT NULL REFERENCES ships,
    number INTEGER NOT NULL,
    CONSTRAINT decks_key PRIMARY KEY (ship_id, number)
);
CREATE TABLE cabins (
    id VARCHAR(36) PRIMARY KEY,
    ship_id INTEGER NOT NULL,
    deck INTEGER NOT NULL,
    FOREIGN KEY (ship_id, deck) REFERENCES decks (ship_id, number) ON DELETE CASCADE
);
CREATE TABLE "class" (
    "class" INTEGER PRIMARY KEY,
    metadata VARCHAR(10),
    registry INTEGER,
    "from" INTEGER,
    "userId" INTEGER,
    "str" VARCHAR(10),
    date DATE,
    datetime DATETIME,
    text VARCHAR(10) DEFAULT 'text',
    "1st" INTEGER,
    "with space" INTEGER,
    "größe" INTEGER,
    _hidden INTEGER,
    __very INTEGER,
    self INTEGER,
    "Any" JSON,
    CONSTRAINT "odd name 100%" CHECK ("with space" > 0)
);
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT) STRICT;
CREATE TABLE "TestResult" ("ID" INTEGER PRIMARY KEY, class_id INTEGER REFERENCES "class");
CREATE TABLE test_results (id INTEGER PRIMARY KEY);
CREATE TABLE logs (line TEXT);
CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
CREATE VIEW ports_seen AS SELECT * FROM ports;
