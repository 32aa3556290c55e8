"""Collecting through the proxy of a company, from the venues' own names, by TLS."""

import json
import os
import subprocess

TRUTH = "select ticker, ts, open, high, low, close, volume from bronze.bars order by all"


def behind(proxy, authority, url=None):
    """What a machine behind the proxy has in its environment."""
    found = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return found | {"https_proxy": url or proxy.url, "SSL_CERT_FILE": str(authority / "ca.pem"),
                    "ALPACA_API_KEY_ID": "key", "ALPACA_API_SECRET_KEY": "secret"}  # fmt: skip


def listen(goldtape, lake, environment):
    command = [str(goldtape.program), "--lake", str(lake), "stream", "alpaca", "--symbols", "SPY,AAPL", "--base-url",
               "https://data.alpaca.markets", "--for", "6s", "--commit-every", "1s", "--json"]  # fmt: skip
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def test_a_stream_goes_through_the_proxy(goldtape, live_proxy, authority, lake):
    answer = listen(goldtape, lake, behind(live_proxy, authority))
    assert answer.returncode == 0, answer.stderr
    report = json.loads(answer.stdout)
    heard = goldtape.query(lake, TRUTH)
    assert report["connections"] == 1 and report["bars"] == len(heard) >= 10, answer.stderr
    assert live_proxy.asked == {"data.alpaca.markets:443"}


def test_a_backfill_goes_through_the_proxy(goldtape, proxy, authority, simulator, lake):
    command = [str(goldtape.program), "--lake", str(lake), "backfill", "alpaca", "--symbols", "SPY", "--interval", "1m",
               "--from", "2024-02-28", "--to", "2024-02-28", "--base-url", "https://data.alpaca.markets"]  # fmt: skip
    subprocess.run(command, env=behind(proxy, authority), check=True, capture_output=True, timeout=120)
    rows = goldtape.query(lake, TRUTH)
    assert len(rows) == len(simulator.truth("SPY", from_="2024-02-28", to="2024-02-28")) > 390
    assert "data.alpaca.markets:443" in proxy.asked


def test_a_proxy_that_is_not_there_is_named(goldtape, live_proxy, authority, lake):
    closed = "http://127.0.0.1:9"
    answer = listen(goldtape, lake, behind(live_proxy, authority, closed))
    said = answer.stdout + answer.stderr
    assert "127.0.0.1 port 9" in said and "GT73" in said, said
    assert '"secret"' not in said and not live_proxy.asked


def test_a_certificate_that_nobody_vouches_for_is_refused(goldtape, live_proxy, authority, lake):
    environment = behind(live_proxy, authority)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        environment.pop(name, None)
    answer = listen(goldtape, lake, environment)
    assert "GT7304" in answer.stdout + answer.stderr, answer
