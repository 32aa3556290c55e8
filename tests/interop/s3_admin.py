"""Questions about a bucket that pyarrow's S3 does not ask: signed by hand, so that nothing of ours answers them."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import http.client
import re
import urllib.parse


class S3Admin:
    def __init__(self, port: int, key: str, secret: str):
        self.port, self.key, self.secret = port, key, secret

    def versioning(self, bucket: str) -> str:
        return (re.findall(r"<Status>(\w+)</Status>", self.get(bucket, "versioning=")) or [""])[0]

    def lifecycle(self, bucket: str) -> str:
        return self.get(bucket, "lifecycle=")

    def versions(self, bucket: str, key: str) -> int:
        """How often an object was written or removed."""
        answer = self.get(bucket, f"prefix={urllib.parse.quote(key, safe='')}&versions=")
        return len(re.findall(r"<Version>|<DeleteMarker>", answer))

    def get(self, bucket: str, query: str) -> str:
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        empty = hashlib.sha256(b"").hexdigest()
        headers = {"host": f"127.0.0.1:{self.port}", "x-amz-content-sha256": empty, "x-amz-date": now}
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        request = f"GET\n/{bucket}\n{query}\n{lines}\n{names}\n{empty}"
        scope = f"{now[:8]}/us-east-1/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = ("AWS4" + self.secret).encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", f"/{bucket}?{query}", headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 200, body
        return body
