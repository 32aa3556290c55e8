"""A table of the matrix that Spark and we change in turns."""

import matrix
from engine_table import EngineTable


class SparkTable(EngineTable):
    QUOTE = "`"
    MERGE_SOURCE = "(select id from range(60, 90) union all select id from range(2000, 2003))"

    def __init__(self, tool, lake, spark, env, name):
        super().__init__(tool, lake, name, env)
        self.spark = spark

    def sql(self, text):
        return self.spark.sql(text.replace("TABLE", f"goldtape.matrix.{self.name}"))

    def theirs(self):
        return matrix.by_id(row.asDict(recursive=True) for row in self.sql("select * from TABLE").collect())

    def count(self, source="TABLE"):
        return self.sql(f"select count(*) as n from {source}").first().n

    def call(self, procedure, *arguments):
        said = ", ".join([f"table => 'matrix.{self.name}'", *arguments])
        self.sql(f"call goldtape.system.{procedure}({said})")

    def modes(self, mode):
        settings = ", ".join(f"'write.{kind}.mode'='{mode}'" for kind in ("delete", "update", "merge"))
        self.sql(f"alter table TABLE set tblproperties ({settings})")

    def delete_files(self) -> set[str]:
        return {row.file_path for row in self.sql("select file_path from TABLE.delete_files").collect()}
