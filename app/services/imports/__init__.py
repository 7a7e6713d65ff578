"""Imports: a file of records, written row by row as changes; each failed row is told and harms no other."""
