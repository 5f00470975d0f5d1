"""Source code: insert into files that the user may have changed, and lay out new ones."""
