-- A database of others on MariaDB: every type and relation, and names that are hard.
CREATE TABLE ports (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    name varchar(200) NOT NULL UNIQUE COMMENT 'The name; 100% it''s own',
    berths smallint NOT NULL DEFAULT 7 CHECK (berths > 0),
    notes varchar(100) DEFAULT 'it''s 100% :fine "really" \\ {}'
) COMMENT 'The ports, with "quotes" and a \\ backslash';

CREATE TABLE ships (
    id int AUTO_INCREMENT PRIMARY KEY,
    port_id bigint,
    name varchar(20) NOT NULL DEFAULT 'unnamed',
    code char(3),
    latin varchar(20) CHARACTER SET latin1 COLLATE latin1_german1_ci,
    crew bigint unsigned NOT NULL DEFAULT 1,
    tiny tinyint,
    flag tinyint(1) NOT NULL DEFAULT 0,
    medium mediumint(5) unsigned zerofill,
    price decimal(10, 2) NOT NULL DEFAULT 1.50,
    speed double,
    drag float,
    built datetime NOT NULL DEFAULT now(),
    rebuilt datetime(6) DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
    stamp timestamp NOT NULL DEFAULT current_timestamp(),
    day date NOT NULL DEFAULT '2024-01-01',
    alarm time,
    moment time(3),
    year year,
    uid uuid NOT NULL DEFAULT uuid(),
    data json NOT NULL DEFAULT '{"a": 1}',
    image blob,
    large longblob,
    small varbinary(20),
    raw binary(4),
    notes text,
    more mediumtext,
    most longtext,
    mask bit(8),
    rank enum('low', 'high', 'it''s') NOT NULL DEFAULT 'low',
    colours set('red', 'green'),
    double_price decimal(12, 2) GENERATED ALWAYS AS (price * 2) VIRTUAL,
    kept_price decimal(12, 2) GENERATED ALWAYS AS (price * 3) STORED,
    CONSTRAINT price_range CHECK (price > 0 AND price < 1000000 AND name <> 'it''s :not' AND code <> '%'),
    CONSTRAINT name_and_code UNIQUE (name, code),
    CONSTRAINT ships_port FOREIGN KEY (port_id) REFERENCES ports (id) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX ships_name ON ships (name(5), code);
CREATE FULLTEXT INDEX ships_notes ON ships (notes);
CREATE INDEX ships_crew ON ships (crew);

CREATE TABLE officers (
    id int AUTO_INCREMENT PRIMARY KEY,
    ship_id int NOT NULL,
    home_id int,
    superior_id int REFERENCES officers (id),
    rank enum('low', 'high'),
    CONSTRAINT officers_ship FOREIGN KEY (ship_id) REFERENCES ships (id) ON DELETE CASCADE,
    CONSTRAINT officers_home FOREIGN KEY (home_id) REFERENCES ships (id)
) ENGINE = InnoDB DEFAULT CHARSET = latin1 COLLATE latin1_german1_ci ROW_FORMAT = DYNAMIC;
ALTER TABLE ships ADD COLUMN captain_id int UNIQUE REFERENCES officers (id);

CREATE TABLE ship_papers (
    ship_id int PRIMARY KEY REFERENCES ships (id),
    sealed tinyint(1)
);
CREATE TABLE tags (
    id int PRIMARY KEY,
    label varchar(20) NOT NULL UNIQUE
);
CREATE TABLE ship_tags (
    ship_id int REFERENCES ships (id) ON DELETE CASCADE,
    tag_id int REFERENCES tags (id),
    PRIMARY KEY (ship_id, tag_id)
);
CREATE TABLE allies (
    ship_id int NOT NULL REFERENCES ships (id),
    ally_id int NOT NULL REFERENCES ships (id),
    UNIQUE (ship_id, ally_id)
);
CREATE TABLE decks (
    ship_id int NOT NULL REFERENCES ships (id),
    number int NOT NULL,
    PRIMARY KEY (ship_id, number)
);
CREATE TABLE cabins (
    id varchar(36) PRIMARY KEY,
    ship_id int NOT NULL,
    deck int NOT NULL,
    FOREIGN KEY (ship_id, deck) REFERENCES decks (ship_id, number) ON DELETE CASCADE
);
CREATE TABLE `class` (
    `class` int PRIMARY KEY,
    metadata varchar(10),
    registry int,
    `from` int,
    `userId` int,
    `str` varchar(10),
    date date,
    datetime datetime,
    text varchar(10) DEFAULT 'text',
    `1st` int,
    `with space` int,
    `größe` int,
    _hidden int,
    __very int,
    self int,
    `Any` json,
    CONSTRAINT `odd "name" 100%` CHECK (`with space` > 0)
);
CREATE TABLE texts (id int PRIMARY KEY, text text);
CREATE TABLE `TestResult` (`ID` int PRIMARY KEY, class_id int REFERENCES `class` (`class`));
CREATE TABLE test_results (id int PRIMARY KEY);
CREATE TABLE logs (line text);
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE VIEW ports_seen AS SELECT * FROM ports;
