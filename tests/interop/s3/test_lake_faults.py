"""A lake on an S3 service that refuses, is slow, breaks off or is gone: clear errors, no hang, nothing lost."""

from __future__ import annotations

import time

import pytest
from proxy import Proxy, Trouble

QUICK = {"GOLDTAPE_S3_TIMEOUT_S": "1", "GOLDTAPE_S3_ATTEMPTS": "2"}


@pytest.fixture
def filled(on_s3):
    on_s3.load(11)
    return on_s3


UNCACHED = {"GOLDTAPE_S3_CACHE_SIZE": "0"}
COUNT = "select count(*) as n from bronze.bars"


def refusal(lake, env, code=2) -> str:
    answer = lake("query", COUNT, code=code, env=UNCACHED | env)
    assert lake.service.secret not in answer.err + answer.out
    return answer.err


def test_wrong_or_missing_credentials(filled):
    assert "GT7104" in refusal(filled, {"AWS_SECRET_ACCESS_KEY": "wrong-wrong-wrong"})
    wrong = refusal(filled, {"AWS_ACCESS_KEY_ID": "nobody"})
    assert "GT7104" in wrong and "wrong-wrong" not in wrong
    assert "GT7102" in refusal(filled, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert "GT7100" in refusal(filled, {"AWS_SECRET_ACCESS_KEY": ""})


def test_a_bucket_that_does_not_exist(goldtape, minio, tmp_path):
    env = minio.env(XDG_DATA_HOME=str(tmp_path))
    answer = goldtape("init", lake="s3://no-such-bucket/lake", env=env, code=2)
    assert "GT7103" in answer.err and "no-such-bucket" in answer.err and "--make-bucket" in answer.err
    assert "GT7101" in goldtape("init", lake="s3://", env=env, code=2).err
    assert "GT7101" in goldtape("init", lake="s3://bucket/../x", env=env, code=2).err
    assert not list(tmp_path.rglob("catalog.db")), "nothing was begun"


def test_a_service_that_is_not_there_or_never_answers(filled):
    started = time.monotonic()
    gone = refusal(filled, QUICK | {"GOLDTAPE_S3_ENDPOINT": "http://127.0.0.1:9"}, code=4)
    assert "GT7107" in gone and "127.0.0.1:9" in gone
    with Proxy(filled.service.port, Trouble(lambda *_: "silence")) as proxy:
        assert "GT7107" in refusal(filled, QUICK | proxy.env(), code=4)
    assert time.monotonic() - started < 30
    assert filled.sql(COUNT)[0]["n"] == 6


def test_a_load_that_breaks_off_leaves_the_old_state(filled):
    before, raw = filled.rows(), {name for name in filled.objects() if "/raw/" in name}
    path = filled.write_day(12)
    command = ["ingest", "files", "--path", path, "--interval", "1m", "--source", "trial"]
    with Proxy(filled.service.port, Trouble(lambda n, method, path: "503" if method == "PUT" else "")) as proxy:
        answer = filled(*command, env=QUICK | proxy.env(), code=4)
    assert "GT7107" in answer.err
    assert filled.rows() == before
    assert {name for name in filled.objects() if "/raw/" in name} == raw
    filled(*command)
    assert len(filled.rows()) == len(before) + 6 and filled.fsck()["findings"] == []


@pytest.mark.parametrize("word", ["503", "500", "reset", "cut"])
def test_every_third_request_fails_and_all_is_well(filled, word):
    """500 and a broken connection after a PUT: whether it was done is found out, not guessed."""
    path = filled.write_day(12)
    command = ["ingest", "files", "--path", path, "--interval", "1m", "--source", "trial"]
    with Proxy(filled.service.port, Trouble(lambda n, *_: word if n % 3 == 0 else "")) as proxy:
        filled(*command, env=proxy.env())
        filled("run", env=proxy.env())
        filled("compact", env=proxy.env())
        rows = filled("query", COUNT, "--format", "json", env=proxy.env()).json()
        assert rows[0]["n"] == 12
        assert len(proxy.trouble.requests) > 50
    assert filled.sql(COUNT)[0]["n"] == 12
    assert [f for f in filled.fsck()["findings"] if f["severity"] == "error"] == []


def test_killed_before_each_step_of_a_load(filled, tmp_path):
    """The steps of the program's own file system, S3's among them."""
    path = filled.write_day(12)
    command = ["ingest", "files", "--path", path, "--interval", "1m", "--source", "trial"]
    before = filled.rows()
    for step in range(1, 100):
        done = filled(*command, env={"GOLDTAPE_IO_FAULT": f"crash@{step}"}, code=None)
        assert len(filled.rows()) in (len(before), len(before) + 6), "the old state or the new one"
        assert [f for f in filled.fsck(code=None)["findings"] if f["severity"] == "error"] == [], f"step {step}"
        if done.code == 0:
            break
    assert step > 5 and len(filled.rows()) == len(before) + 6
    filled("orphans", "--older-than", "0s", "--remove", "--force")
    assert filled.fsck()["findings"] == []
