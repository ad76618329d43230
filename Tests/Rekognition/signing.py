"""Requests signed by botocore's own signer, to be sent as they are, again, or changed."""

import datetime
import http.client
import json

import botocore.auth
import botocore.awsrequest
import botocore.credentials

import model
from parts import KEY, REGION, SECRET

JSON = "application/x-amz-json-1.1"


class Request:
    """A signed request; what it holds may be changed before it is sent."""

    def __init__(self, server, operation, parameters, key=KEY, secret=SECRET, token=None, headers={}, minutes=0, host=None, path="/"):
        self.port, self.operation = server.port, operation
        self.body = parameters if isinstance(parameters, bytes) else json.dumps(parameters).encode()
        self.method, self.path = "POST", path
        request = botocore.awsrequest.AWSRequest(
            "POST", f"http://{host or f'127.0.0.1:{server.port}'}{path}", data=self.body,
            headers={"Content-Type": JSON, "X-Amz-Target": f"RekognitionService.{operation}"} | headers)
        _Signer(botocore.credentials.Credentials(key, secret, token), minutes).add_auth(request)
        self.headers = {name: value for name, value in request.headers.items()}
        self.headers.setdefault("Host", host or f"127.0.0.1:{server.port}")

    def send(self, connection=None):
        """Status, headers and body of the answer."""
        mine = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        mine.putrequest(self.method, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            mine.putheader(name, value)
        if not any(name.lower() == "content-length" for name in self.headers):
            mine.putheader("Content-Length", str(len(self.body)))
        mine.endheaders(self.body)
        response = mine.getresponse()
        answer = response.status, dict(response.getheaders()), response.read()
        if connection is None:
            mine.close()
        return answer

    def raw(self):
        """The bytes of it, as they go over the wire."""
        headers = {"Content-Length": str(len(self.body))} | self.headers
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + self.body


class _Signer(botocore.auth.SigV4Auth):
    """botocore's, by a clock that is some minutes off."""

    def __init__(self, credentials, minutes):
        super().__init__(credentials, "rekognition", REGION)
        self.minutes = minutes

    def add_auth(self, request):
        if not self.minutes:
            return super().add_auth(request)
        time = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=self.minutes)
        request.context["timestamp"] = time.strftime(botocore.auth.SIGV4_TIMESTAMP)
        self._modify_request_before_signing(request)
        text = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(text, request))


def ask(server, operation, parameters, parse_float=float, **more):
    """The answer to a request, walked beside the model, and its status."""
    status, headers, body = Request(server, operation, parameters, **more).send()
    model.check(operation, status, headers, json.loads(body))
    return json.loads(body, parse_float=parse_float), status
