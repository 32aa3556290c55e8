"""A table of the matrix that an engine and we change in turns."""

from __future__ import annotations

import matrix

MERGE = """
    merge into TABLE t using SOURCE s on t.id = s.id
    when matched and t.id % 3 = 0 then delete
    when matched then update set name = 'merged'
    when not matched then insert (id, name) values (s.id, 'put in')"""


class EngineTable:
    """It knows the rows that the table has to have. An engine says `sql(text)`, TABLE being the table's name there,
    and `theirs()`, all rows by id."""

    QUOTE = '"'
    MERGE_SOURCE = ""  # A query for the ids 60..89 and 2000..2002, in the engine's words.

    def __init__(self, tool, lake, name, env=None):
        self.tool, self.lake, self.name, self.env = tool, lake, name, env
        self.rows = matrix.rows(name)

    def sql(self, text):
        raise NotImplementedError

    def theirs(self) -> dict:
        raise NotImplementedError

    def count(self, source="TABLE") -> int:
        raise NotImplementedError

    def ours(self) -> dict:
        return matrix.by_id(self.tool.rows(self.lake, f"matrix.{self.name}", env=self.env))

    def as_they_see(self, rows: dict) -> dict:
        """Where an engine does not tell two values apart."""
        return rows

    def check(self):
        assert self.ours() == self.rows
        assert self.theirs() == self.as_they_see(self.rows)
        assert self.count() == len(self.rows)

    def fsck(self):
        self.tool("fsck", self.lake, env=self.env)

    def drop(self, numbers):
        for i in numbers:
            self.rows.pop(i, None)

    def rename(self, numbers, name):
        for i in numbers:
            if i in self.rows:
                self.rows[i]["name"] = name

    def we_delete(self, number, mode):
        """We take out rows from a number on; mode: rewrite, position."""
        self.tool("delete", self.lake, f"matrix.{self.name}", number, mode, env=self.env)
        self.drop([i for i in self.rows if i >= number])

    def they_append(self):
        others = ", ".join(f"{self.QUOTE}{column}{self.QUOTE}" for column in matrix.row(self.name, 0) if column != "id")
        self.sql(f"insert into TABLE (id, {others}) select id + 1000, {others} from TABLE where id < 5")
        self.rows |= {i + 1000: row | {"id": i + 1000} for i, row in matrix.rows(self.name, range(5)).items()}

    def they_delete_and_update(self):
        self.sql("delete from TABLE where id between 10 and 29 and id % 2 = 0")
        self.drop(range(10, 30, 2))
        self.sql("update TABLE set name = 'changed' where id between 20 and 45")
        self.rename(range(20, 46), "changed")

    def they_merge(self):
        self.sql(MERGE.replace("SOURCE", self.MERGE_SOURCE))
        self.drop(range(60, 90, 3))
        self.rename(range(60, 90), "merged")
        empty = dict.fromkeys(matrix.row(self.name, 0))
        self.rows |= {i: empty | {"id": i, "name": "put in"} for i in range(2000, 2003)}
