CREATE TABLE contacts (name TEXT);
