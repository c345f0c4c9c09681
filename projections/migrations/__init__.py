"""How the tables came to be: Alembic's scripts, packaged so that an installed Horus can migrate."""
