-- The random name of the process that copies a file store into this database, until the copy is complete; null
-- otherwise. Meanwhile no instance may open the store, and a process whose name was replaced may not go on.
ALTER TABLE service ADD COLUMN copier text COLLATE "C";
