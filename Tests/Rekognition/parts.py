"""The real parts that the programs here start on loopback, and how their cases are told."""

import atexit
import functools
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import *

import model

PYTHON = str(RUNTIME / "python-tests/bin/python")
OLD_PYTHON = str(RUNTIME / "python-boto3-1.28/bin/python")

KEY, SECRET, REGION = "AKIDFOOTPATHEXAMPLE1", "not+a/secret/of/anybody/0123456789ABCDEF", "eu-central-1"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:AmazonRekognitionPaths"
ROLE = "arn:aws:iam::123456789012:role/rekognition"
# An analysis that takes little time.
QUICK = {"input_size": "320x192"}


# Also where a program here fails before its cases.
atexit.register(lambda: Part.stop_all())


def free_port():
    return free_ports(1)[0]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Part:
    """A program that runs until the tests end."""

    running = []

    def __init__(self, command, port, environment=None, log=None):
        self.port = port
        self.log = log or tempfile.NamedTemporaryFile("w+", prefix="footpath-part-", suffix=".log").name
        with open(self.log, "a") as log_file:
            self.process = subprocess.Popen(
                command, stdout=log_file, stderr=log_file, stdin=subprocess.DEVNULL, env=environment)
        Part.running.append(self)
        wait_until(lambda: self.process.poll() is not None or answers(port), what=command[0])
        if self.process.poll() is not None:
            raise AssertionError(f"{command} ended with {self.process.returncode}: {self.text()}")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def text(self):
        with open(self.log, errors="replace") as file:
            return file.read()

    def stop(self, how=signal.SIGTERM, seconds=20):
        """Its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("it didn't stop by itself") from None

    @classmethod
    def stop_all(cls):
        end_all([part.process for part in cls.running])


class Moto(Part):
    """S3, SNS and SQS."""

    def __init__(self):
        port = free_port()
        super().__init__([PYTHON, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port)


class Server(Part):
    """`footpath serve` with its files in a folder; further settings as in its YAML, of which JSON is a part."""

    def __init__(self, folder, settings, keys=f"{KEY} {SECRET}\n"):
        self.folder = pathlib.Path(folder)
        port, self.operators = free_port(), free_port()
        self.file("keys", keys)
        self.settings = {
            "listen": f"127.0.0.1:{port}", "keys": str(self.folder / "keys"), "state": str(self.folder / "state"),
            "http": {"listen": f"127.0.0.1:{self.operators}"}, "analysis": QUICK} | settings
        self.start(port)

    def start(self, port=None):
        self.file("serve.yaml", json.dumps({key: value for key, value in self.settings.items() if value is not None}))
        super().__init__(
            [PROGRAM, "serve", "--config", str(self.folder / "serve.yaml")], port or self.port,
            environment=os.environ | {"FOOTPATH_RUNTIME": str(RUNTIME)}, log=str(self.folder / "log"))
        wait_until(self.is_ready, what="readiness")

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def is_ready(self):
        try:
            return self.page("readyz") is not None
        except OSError:
            return False

    def page(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.operators}/{name}", timeout=10) as answer:
            return answer.read().decode()

    def metric(self, start):
        """The sum of the metrics whose lines begin so."""
        return sum(float(line.split()[-1]) for line in self.page("metrics").splitlines() if line.startswith(start))

    def kill(self):
        self.stop(signal.SIGKILL)


def environment(server, **more):
    """Nothing but what AWS's clients read, and a PATH."""
    return {
        "PATH": "/usr/bin:/bin", "AWS_ENDPOINT_URL_REKOGNITION": server.url, "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true"} | more


def client(server, service="rekognition", key=KEY, secret=SECRET, **config):
    """A client by boto3; every response that Rekognition's gets is walked beside the model."""
    import boto3
    import botocore.config

    # One try: what SDKs try again by themselves is seen here.
    config = {"retries": {"total_max_attempts": 1}} | config
    made = boto3.client(
        service, endpoint_url=server.url, aws_access_key_id=key, aws_secret_access_key=secret, region_name=REGION,
        config=botocore.config.Config(**config))
    if service == "rekognition":
        model.watch(made)
    return made


def video(bucket, name, **more):
    return {"S3Object": {"Bucket": bucket, "Name": name} | more}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def wait_for_job(rekognition, job, kind="person_tracking", seconds=120):
    """The first page of a job that is done."""
    get = getattr(rekognition, f"get_{kind}")

    def done():
        page = get(JobId=job)
        return page if page["JobStatus"] != "IN_PROGRESS" else None

    return wait_until(done, seconds, "the job")


def pages(get, **request):
    """Every page, as clients read them."""
    while True:
        page = get(**request)
        yield page
        if "NextToken" not in page:
            return
        request["NextToken"] = page["NextToken"]


def code_of(call, **request):
    """The code and message of the error that a call ends with; None and the answer where it doesn't."""
    import botocore.exceptions

    try:
        return None, call(**request)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]


def black_png(width, height):
    """A black picture of any size, in some kilobytes at most."""
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width // 8 + 1) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def run_cases(cases, *context):
    """Runs functions as cases and prints as JSON how they ended, and what of the model they walked."""
    def watched(case):
        @functools.wraps(case)
        def run():
            model.complaints.clear()
            case(*context)
            assert not model.complaints, "not as the model says: " + "; ".join(model.complaints[:10])
        return run

    try:
        told = outcomes([watched(case) for case in cases])
    finally:
        Part.stop_all()
    print(json.dumps({"botocore": model.VERSION} | told | {"walked": model.walked}))
