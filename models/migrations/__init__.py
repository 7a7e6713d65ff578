"""The steps that bring a database to the tables of today, in the order of their names.

On SQLite, AlterField and RemoveField rebuild the table, and what SQL had made for it is lost: such a step makes its
indexes again. RunSQL parts its text at every semicolon there, those within quotes too.
"""
